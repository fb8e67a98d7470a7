import Packets

/// What switches are told of the groups that are wanted here.
extension FrameListener {
    func send(_ frames: [[UInt8]]?) {
        // Where nothing can be sent, the link is down: it is said again when that returns.
        for frame in frames ?? [] { try? served.frames.send(frame) }
    }

    func hear(_ frame: [UInt8], _ groups: inout GroupDesk?) {
        guard let frame = try? IGMPFrame(decoding: frame[...]) else { return }
        groups?.heard(frame, at: clock().steady)
    }
}

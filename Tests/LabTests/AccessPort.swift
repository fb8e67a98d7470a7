import FrameLink
import LinuxSystem
import Packets

/// A switch's access port, by a station with two interfaces: what comes in by `lab1` goes out by `lab0` with a tag, and what comes in there
/// with that tag goes out without it. (The kernel's own bridge does that only where it was built to.)
final class AccessPort: Sendable {
    private let stopping: Wakeup
    private let thread: SystemThread

    init(on station: Station, vlan: UInt16) throws {
        let (trunk, access) = (try station.link("lab0", filter: "vlan \(vlan)"), try station.link("lab1"))
        guard let below = trunk.descriptor, let above = access.descriptor else { throw LabFailure("no descriptors") }
        let stopping = try Wakeup()
        self.stopping = stopping
        let tag = [0x81, 0x00, UInt8(vlan >> 8), UInt8(truncatingIfNeeded: vlan)]
        thread = try SystemThread.start(name: "port") {
            while let ready = try? waitReadable([stopping.descriptor, below, above], milliseconds: nil), !ready[0] {
                while let frame = (try? trunk.nextFrame()).flatMap({ $0 }) {
                    guard frame.bytes.count > 18, Array(frame.bytes[12..<16]) == tag else { continue }
                    try? access.send(Array(frame.bytes[..<12] + frame.bytes[16...]))
                }
                while let frame = (try? access.nextFrame()).flatMap({ $0 }) {
                    guard frame.bytes.count > 14 else { continue }
                    try? trunk.send(Array(frame.bytes[..<12] + tag + frame.bytes[12...]))
                }
            }
        }
    }

    func stop() {
        stopping.signal()
        thread.join()
    }
}

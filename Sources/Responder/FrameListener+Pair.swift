import FrameLink
import LinuxSystem
import Packets
import Provisioning
import Synchronization

/// What the two halves of a pair say to each other on their segment.
extension FrameListener {
    /// Says to a partner that this one answers, while it does.
    func beat() {
        guard let mac = served.link.mac, let beat = gate?.beat(from: served.link.ownAddresses) else { return }
        try? served.frames.send(beat.encoded(from: mac))
    }

    /// Before the client hears of it: the partner may have to answer for it in the next moment.
    func tellPartner(of lease: Lease) {
        guard let mac = served.link.mac, let note = gate?.note(of: lease) else { return }
        try? served.frames.send(note.encoded(from: mac))
    }

    /// - Returns: whether the frame was one of a pair's.
    func hear(_ frame: [UInt8], from gate: SegmentGate) -> Bool {
        if let beat = SegmentBeat(decoding: frame[...]) {
            if gate.heard(beat) { served.leases?.excuse(beat.addresses, at: clock()) }
            return true
        }
        guard let note = SegmentLease(decoding: frame[...]) else { return false }
        if gate.isPartners(note) { keep(note.lease) }
        return true
    }

    /// Microseconds after which a frame is read late.
    private static let late: Int64 = 500_000

    /// Notes where this thread does not keep up with its frames.
    func watchLag(of frame: CapturedFrame) {
        guard let gate, clock().microseconds - frame.time.microsecondsSince1970 > FrameListener.late else { return }
        gate.isBehind()
    }

    /// A disk that hangs must not fill the memory: what is not kept is in the database of the fleet.
    private static let mostNotes = 16_384

    private func keep(_ given: Lease) {
        var lease = given
        lease.interface = served.link.interface
        guard served.leases?.adopt([lease], at: clock()).isEmpty == false,
            notes.load(ordering: .relaxed) < FrameListener.mostNotes
        else { return }
        notes.add(1, ordering: .relaxed)
        store.store([.put(lease)]) { [self] _ in notes.subtract(1, ordering: .relaxed) }
    }

    /// Whether a server that was heard is no other half of this pair. One that has just begun does not know it yet: what is asked again soon
    /// is passed over until then.
    func isStranger(_ server: IPv4Address) -> Bool {
        guard let gate else { return true }
        return gate.mayTellPartner && !gate.isPartner(server)
    }
}

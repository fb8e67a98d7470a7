import CPcap
import Glibc
import LinuxSystem
import Packets
import Synchronization

/// Frames in and out of one interface, by libpcap.
package final class LiveLink: Sendable {
    package let name: String
    package let descriptor: Int32?
    private let handle: Mutex<PcapHandle>
    private let index: UInt32

    /// Frames that the kernel keeps for us while we are late. Of 10,000 phones that are powered on within a second 1,000 ask while
    /// the thread is 100 ms late, each once, since nobody hears an answer meanwhile: half as many again have room.
    private static let places: Int32 = 1500
    /// In bytes: of frames of 9,000 there is room for 459.
    private static let largestBuffer: Int32 = 4 << 20

    /// Opens an interface for the frames that come in by it and that the filter lets through.
    /// - Parameters:
    ///   - interface: its name; it must be up.
    ///   - filter: a pcap-filter(7) expression; ``filterIncludingTagged(_:tagged:)`` makes one that looks into VLANs too.
    ///   - groups: what the hardware is to let in beside what is the interface's own: a virtual switch that refuses to be promiscuous
    ///     delivers those groups alone that its guest asked for.
    /// - Throws: ``FrameLinkError``
    package init(interface: String, filter: String, groups: Set<MACAddress> = []) throws(FrameLinkError) {
        let (created, text) = withErrorText { pcap_create(interface, $0) }
        guard let created else {
            throw FrameLinkError(.other, device: interface, call: "pcap_create", text: text)
        }
        let handle = PcapHandle(owning: created)
        let longest = LiveLink.longestFrame(of: interface)
        pcap_set_snaplen(created, longest)
        // Promiscuous, since many a card's VLAN filter drops tagged frames otherwise.
        pcap_set_promisc(created, 1)
        // Without it a frame waits until the buffer's time is up.
        pcap_set_immediate_mode(created, 1)
        pcap_set_buffer_size(created, min(LiveLink.places * (longest + LiveLink.placeHeader), LiveLink.largestBuffer))
        let status = pcap_activate(created)
        guard status >= 0 else { throw LiveLink.activationError(status, handle.text, interface) }
        guard pcap_datalink(created) == DLT_EN10MB else {
            let text = "its frames are of type \(linkTypeName(pcap_datalink(created))); bellhop needs an Ethernet interface"
            throw FrameLinkError(.linkType, device: interface, call: "pcap_datalink", text: text)
        }
        try LiveLink.set(filter, on: handle, interface)
        // Our own frames would come back otherwise.
        guard pcap_setdirection(created, PCAP_D_IN) == 0 else {
            throw FrameLinkError(.other, device: interface, call: "pcap_setdirection", text: handle.text)
        }
        ignoreOutgoingFrames(pcap_fileno(created))
        do throws(SystemError) {
            for group in groups {
                try receiveFrames(to: group, by: pcap_fileno(created), interfaceIndex: if_nametoindex(interface))
            }
        } catch {
            throw FrameLinkError(.other, device: interface, call: error.call, text: "\(error)")
        }
        let (blocking, blockingText) = withErrorText { pcap_setnonblock(created, 1, $0) }
        guard blocking == 0 else {
            throw FrameLinkError(.other, device: interface, call: "pcap_setnonblock", text: blockingText)
        }
        name = interface
        index = if_nametoindex(interface)
        descriptor = pcap_get_selectable_fd(created)
        self.handle = Mutex(handle)
    }

    /// The next frame. While the interface is down there is none, and once it is up again they come as before.
    /// - Throws: ``FrameLinkError``; after ``FrameLinkError/Reason/interfaceGone`` a link must be opened anew.
    package func nextFrame() throws(FrameLinkError) -> CapturedFrame? {
        switch handle.withLock({ $0.next() }) {
        case .frame(let frame): return frame
        case .none: return nil
        case .failed(let text): throw error("pcap_next_ex", text)
        }
    }

    package func send(_ frame: [UInt8]) throws(FrameLinkError) {
        let failure = handle.withLock { handle in
            pcap_inject(handle.pcap, frame, frame.count) < 0 ? handle.text : nil
        }
        if let failure { throw error("pcap_inject", failure) }
    }

    /// Sends several, in their order.
    /// - Returns: for each why it did not go, `nil` where it did.
    package func send(_ frames: [[UInt8]]) -> [FrameLinkError?] {
        let socket = handle.withLock { pcap_fileno($0.pcap) }
        var outcomes: [FrameLinkError?] = []
        while outcomes.count < frames.count {
            let sent = frames.count - outcomes.count == 1 ? 0 : sendFrames(frames[outcomes.count...], by: socket)
            outcomes += [FrameLinkError?](repeating: nil, count: sent)
            // The one that was not sent says why when it is alone.
            guard sent == 0 else { continue }
            do throws(FrameLinkError) {
                try send(frames[outcomes.count])
                outcomes.append(nil)
            } catch {
                outcomes.append(error)
            }
        }
        return outcomes
    }

    /// How many frames the filter let through since the link was opened, and how many of them were lost because they were not read
    /// in time (pcap_stats(3PCAP)). Both wrap at 2^32.
    package func statistics() throws(FrameLinkError) -> (received: UInt32, dropped: UInt32) {
        var counts = pcap_stat()
        let failure = handle.withLock { handle in
            pcap_stats(handle.pcap, &counts) == 0 ? nil : handle.text
        }
        if let failure { throw error("pcap_stats", failure) }
        return (counts.ps_recv, counts.ps_drop)
    }

    private func error(_ call: String, _ text: String) -> FrameLinkError {
        let reason: FrameLinkError.Reason
        if index == 0 || if_nametoindex(name) != index {
            reason = .interfaceGone
        } else if let now = try? NetworkInterface.all().first(where: { $0.name == name }), !now.isUp {
            reason = .interfaceDown
        } else {
            reason = .other
        }
        return FrameLinkError(reason, device: name, call: call, text: text)
    }
}

extension LiveLink {
    /// The longest frame that can come by an interface, two tags and then some included. In immediate mode the kernel's buffer is cut
    /// into places of this length and ``placeHeader`` each, and a place lies within a page where it can: up to some 1,980 bytes two
    /// share one. So with an MTU of 1,500 a place has 1,632 bytes, and 1,500 of them take 750 pages, 3 MB; of 65,535 bytes 4 MiB
    /// hold hardly more than sixty.
    private static func longestFrame(of interface: String) -> Int32 {
        let mtu = try? NetworkInterface.all().first { $0.name == interface }?.mtu
        return Int32(min(Int(maximumFrame), max(1564, (mtu ?? 1500) + 64)))
    }

    /// What stands before each frame, and what rounds it up (packet(7), `TPACKET_V2`).
    private static let placeHeader: Int32 = 68

    private static func activationError(_ status: Int32, _ text: String, _ interface: String) -> FrameLinkError {
        let reason: FrameLinkError.Reason =
            switch status {
            case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED: .notPermitted
            case PCAP_ERROR_NO_SUCH_DEVICE: .interfaceGone
            case PCAP_ERROR_IFACE_NOT_UP: .interfaceDown
            default: .other
            }
        let meaning = String(cString: pcap_statustostr(status))
        return FrameLinkError(
            reason, device: interface, call: "pcap_activate", text: text.isEmpty ? meaning : text)
    }

    private static func set(_ filter: String, on handle: borrowing PcapHandle, _ interface: String) throws(FrameLinkError) {
        var program = bpf_program()
        guard pcap_compile(handle.pcap, &program, filter, 1, bpf_u_int32.max) == 0 else {
            throw FrameLinkError(.filter, device: interface, call: "pcap_compile", text: "\(handle.text) in: \(filter)")
        }
        defer { pcap_freecode(&program) }
        guard pcap_setfilter(handle.pcap, &program) == 0 else {
            throw FrameLinkError(.other, device: interface, call: "pcap_setfilter", text: handle.text)
        }
    }

    /// The filter that lets a frame through whether it has no VLAN tag, one or two.
    ///
    /// From each `vlan` to the expression's end all offsets lie 4 bytes further, brackets or not (pcap-filter(7)). So the second
    /// `vlan` must be the one that looks for the inner tag, and there is none of the form `(E) or (vlan and E) or (vlan and vlan and
    /// E)`: its last part would ask for three tags.
    ///
    /// - Parameter tagged: what is let through inside a VLAN, where that is something else.
    package static func filterIncludingTagged(_ expression: String, tagged: String? = nil) -> String {
        let inner = tagged ?? expression
        return "(\(expression)) or (vlan and ((\(inner)) or (vlan and (\(inner)))))"
    }
}

/// `LINUX_SLL2 (Linux cooked v2)`
func linkTypeName(_ type: Int32) -> String {
    guard let name = pcap_datalink_val_to_name(type) else { return "\(type)" }
    guard let words = pcap_datalink_val_to_description(type) else { return String(cString: name) }
    return "\(String(cString: name)) (\(String(cString: words)))"
}

import CPcap
import Glibc
import LinuxSystem
import Synchronization

/// The frames of a capture file, pcap or pcapng, in its order.
package final class CaptureReader: Sendable {
    package let name: String
    private let handle: Mutex<PcapHandle>
    private let size: Int64?

    /// Opens a capture of Ethernet frames. Times finer than a microsecond are cut.
    /// - Throws: ``FrameLinkError``
    package init(path: String) throws(FrameLinkError) {
        let (opened, text) = withErrorText { pcap_open_offline(path, $0) }
        guard let opened else { throw FrameLinkError(.file, device: path, call: "pcap_open_offline", text: text) }
        let handle = PcapHandle(owning: opened)
        let type = pcap_datalink(opened)
        guard type == DLT_EN10MB else {
            throw FrameLinkError(
                .linkType, device: path, call: "pcap_datalink",
                text: "the capture is of type \(linkTypeName(type)), not Ethernet: "
                    + "capture on one interface instead of `any`, as in `tcpdump -i eth1 -w FILE`")
        }
        var status = stat()
        let isRegular = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int64(status.st_size) : nil
        name = path
        self.handle = Mutex(handle)
    }

    /// - Throws: ``FrameLinkError`` where the file is damaged or ends inside a frame.
    package func nextFrame() throws(FrameLinkError) -> CapturedFrame? {
        switch handle.withLock({ $0.next() }) {
        case .frame(let frame): return frame
        case .none: return nil
        case .failed(let text): throw FrameLinkError(.file, device: name, call: "pcap_next_ex", text: text)
        }
    }

    /// How many of the file's bytes are read; `nil` for a pipe.
    package func progress() -> (read: Int64, total: Int64)? {
        guard let size else { return nil }
        let position = handle.withLock { handle in pcap_file(handle.pcap).map { Int64(ftello($0)) } ?? -1 }
        return position < 0 ? nil : (position, size)
    }
}

import CPcap
import Glibc
import LinuxSystem
import Synchronization

/// Writes Ethernet frames into a pcap file, times in microseconds.
package final class CaptureWriter: Sendable {
    package let path: String
    private let dump: Mutex<Dump>

    private struct Dump: ~Copyable {
        /// A pcap_t that names the link type and never captures.
        let form: PcapHandle
        let dumper: OpaquePointer

        deinit {
            pcap_dump_close(dumper)
        }
    }

    /// Makes the file, or empties it; `-` is standard output.
    /// - Throws: ``FrameLinkError``
    package init(path: String) throws(FrameLinkError) {
        guard let dead = pcap_open_dead(DLT_EN10MB, maximumFrame) else {
            throw FrameLinkError(.other, device: path, call: "pcap_open_dead", text: "out of memory")
        }
        let form = PcapHandle(owning: dead)
        guard let dumper = pcap_dump_open(dead, path) else {
            throw FrameLinkError(.file, device: path, call: "pcap_dump_open", text: form.text)
        }
        self.path = path
        dump = Mutex(Dump(form: form, dumper: dumper))
    }

    /// Adds a frame, which may wait in memory until ``flush()`` or the end of this writer.
    package func write(_ frame: CapturedFrame) {
        var header = pcap_pkthdr()
        header.ts.tv_sec = time_t(frame.time.seconds)
        header.ts.tv_usec = suseconds_t(frame.time.microseconds)
        header.caplen = UInt32(clamping: frame.bytes.count)
        header.len = UInt32(clamping: max(frame.originalLength, frame.bytes.count))
        dump.withLock { dump in
            pcap_dump(UnsafeMutablePointer<UInt8>(dump.dumper), &header, frame.bytes)
        }
    }

    /// Writes out what waits.
    /// - Throws: ``FrameLinkError``, also where an earlier write failed: the disk is full.
    package func flush() throws(FrameLinkError) {
        let failure = dump.withLock { dump -> SystemError? in
            if pcap_dump_flush(dump.dumper) != 0 { return .last("pcap_dump_flush", path) }
            // A write failed before; its number is lost by now.
            let failedBefore = ferror(pcap_dump_file(dump.dumper)) != 0
            return failedBefore ? SystemError(call: "pcap_dump", errno: EIO, what: path) : nil
        }
        if let failure { throw FrameLinkError(.file, device: path, call: failure.call, text: failure.description) }
    }
}

import CPcap
import LinuxSystem
import Synchronization

/// A pcap_t with one owner. libpcap lets one thread at a time use it, so it lives in a Mutex.
struct PcapHandle: ~Copyable {
    let pcap: OpaquePointer

    init(owning pcap: OpaquePointer) {
        self.pcap = pcap
    }

    deinit {
        pcap_close(pcap)
    }

    /// The library's words for what failed last.
    var text: String { String(cString: pcap_geterr(pcap)) }

    enum Reading {
        case frame(CapturedFrame)
        case none
        case failed(String)
    }

    /// Copies the next frame out: its storage is the library's and lasts until the next read (pcap_next_ex(3PCAP)).
    func next() -> Reading {
        var header: UnsafeMutablePointer<pcap_pkthdr>?
        var data: UnsafePointer<UInt8>?
        switch pcap_next_ex(pcap, &header, &data) {
        case 1:
            guard let header = header?.pointee, let data else { return .none }
            let time = WallTime(seconds: Int64(header.ts.tv_sec), microseconds: Int32(truncatingIfNeeded: header.ts.tv_usec))
            let bytes = Array(UnsafeBufferPointer(start: data, count: Int(header.caplen)))
            return .frame(CapturedFrame(time: time, bytes: bytes, originalLength: Int(header.len)))
        case 0, PCAP_ERROR_BREAK: return .none
        default: return .failed(text)
        }
    }
}

/// The longest frame that is captured whole.
let maximumFrame: Int32 = 65_535

/// Runs a call that writes its error's text into a buffer of PCAP_ERRBUF_SIZE.
func withErrorText<Result>(_ body: (UnsafeMutablePointer<CChar>) -> Result) -> (result: Result, text: String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PCAP_ERRBUF_SIZE)) { buffer in
        buffer.initialize(repeating: 0)
        guard let base = buffer.baseAddress else { fatalError("a buffer of \(PCAP_ERRBUF_SIZE) bytes has no address") }
        let result = body(base)
        return (result, String(cString: base))
    }
}

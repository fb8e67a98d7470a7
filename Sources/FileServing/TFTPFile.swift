import LinuxSystem
import TFTPTransfers

/// The content of a found file as a transfer reads it.
struct TFTPFile: TransferFile {
    let content: FileContent

    var size: UInt64 { UInt64(max(0, content.size)) }

    /// With the file's last bytes comes the question whether it is still the one that was opened: where somebody wrote into it
    /// meanwhile, the transfer ends in an ERROR before the phone has the whole of a mixture.
    func bytes(at offset: UInt64, count: Int) -> [UInt8]? {
        guard let start = Int64(exactly: offset) else { return nil }
        do throws(SystemError) {
            let bytes = try content.read(from: start, count: count)
            if offset + UInt64(bytes.count) >= size, case .disk(let file) = content, try !file.isAsOpened() { return nil }
            return bytes
        } catch {
            return nil
        }
    }
}

import LinuxSystem

/// What LIST and NLST send (RFC 959 §4.1.3, RFC 1123 §4.1.2.7), a line a file.
enum FTPListing {
    /// - Parameter prefix: stands before each name.
    static func names(_ files: [ListedFile], prefix: String) -> [UInt8] {
        Array(files.map { "\(prefix)\($0.name)\r\n" }.joined().utf8)
    }

    /// As `ls -l` has it, which is what clients read. The date has its year and no hour: that form is never out of date.
    static func long(_ files: [ListedFile]) -> [UInt8] {
        let lines = files.map { file in
            "-r--r--r-- 1 ftp ftp \(right("\(file.size)", 12)) \(date(file.modified)) \(file.name)\r\n"
        }
        return Array(lines.joined().utf8)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func date(_ time: WallTime) -> String {
        let (year, month, day) = time.date
        return "\(months[month - 1]) \(right("\(day)", 2)) \(right("\(year)", 5))"
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

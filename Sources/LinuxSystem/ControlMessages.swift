import CLinux
import Glibc

/// What goes beside a datagram's bytes, or comes beside them (cmsg(3)): a run of headers, each with its value, aligned to eight bytes.
enum ControlMessages {
    static let headerSize = MemoryLayout<cmsghdr>.size
    /// Enough for all that this room asks the kernel for.
    static let room = 256

    /// Appends one value with its header.
    static func append(_ value: some BitwiseCopyable, level: Int32, type: Int32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value) { value in
            var header = cmsghdr()
            header.cmsg_len = headerSize + value.count
            header.cmsg_level = level
            header.cmsg_type = type
            withUnsafeBytes(of: header) { bytes += $0 }
            bytes += value
            bytes += repeatElement(0, count: -bytes.count & 7)
        }
    }

    /// The value of one level and type; `nil` where it is not there whole.
    static func value<Value: BitwiseCopyable>(
        _: Value.Type, level: Int32, type: Int32, in bytes: UnsafeRawBufferPointer
    ) -> Value? {
        var rest = bytes[...]
        while rest.count >= headerSize {
            let header = UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: cmsghdr.self)
            guard header.cmsg_len >= headerSize, header.cmsg_len <= rest.count else { return nil }
            let value = rest.dropFirst(headerSize).prefix(Int(header.cmsg_len) - headerSize)
            if header.cmsg_level == level, header.cmsg_type == type, value.count >= MemoryLayout<Value>.size {
                return UnsafeRawBufferPointer(rebasing: value).loadUnaligned(as: Value.self)
            }
            rest = rest.dropFirst((Int(header.cmsg_len) + 7) & ~7)
        }
        return nil
    }
}

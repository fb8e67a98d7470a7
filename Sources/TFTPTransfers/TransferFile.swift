/// The bytes that a transfer sends: one consistent snapshot, from the beginning of the transfer to its end.
package protocol TransferFile {
    /// Bytes, fixed when the transfer began.
    var size: UInt64 { get }

    /// `count` bytes from `offset` on, never past `size`; fewer, or `nil`, where they are no longer to be had, which ends the
    /// transfer with an ERROR.
    func bytes(at offset: UInt64, count: Int) -> ArraySlice<UInt8>?
}

/// Something that frames come from and go to: an interface, a capture file, memory. Nothing here ever waits.
package protocol FrameDevice: AnyObject, Sendable {
    /// The interface's name, or the file's path.
    var name: String { get }

    /// The next frame; `nil` when none waits now, or at a file's end.
    func nextFrame() throws -> CapturedFrame?

    /// Sends one Ethernet frame, VLAN tags included, without the check sequence.
    func send(_ frame: [UInt8]) throws

    /// Readable when ``nextFrame()`` has one, for `waitReadable`; `nil` where there is nothing to wait for.
    var descriptor: Int32? { get }
}

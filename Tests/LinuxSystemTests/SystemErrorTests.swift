import Glibc
import LinuxSystem
import Packets
import Testing

@Suite struct SystemErrorTests {
    @Test func `an error says the call, what it was about and why`() {
        let error = SystemError(call: "bind", errno: EADDRINUSE, what: "0.0.0.0:67")
        #expect("\(error)" == "bind 0.0.0.0:67: Address already in use")
        #expect(error.isAddressInUse)
        #expect(!error.isPermissionDenied)
    }

    @Test func `an interface without an address is told by its name`() {
        #expect(
            "\(SystemError.noAddress(on: "eth1"))" == "serve eth1, which has no IPv4 address: Cannot assign requested address")
    }

    @Test func `an error about nothing in particular has no gap`() {
        #expect("\(SystemError(call: "eventfd", errno: EMFILE, what: ""))" == "eventfd: Too many open files")
    }

    @Test(arguments: [EPERM, EACCES]) func `both ways to be refused are recognised`(number: Int32) {
        #expect(SystemError(call: "bind", errno: number, what: "").isPermissionDenied)
    }

    @Test func `the last error is the one of the call just made`() {
        _ = close(-1)
        #expect(SystemError.last("close", "\(-1)").errno == EBADF)
    }

    @Test func `a descriptor is closed when its owner goes`() throws {
        var pipeEnds: [Int32] = [0, 0]
        try #require(pipe(&pipeEnds) == 0)
        let reading = Descriptor(owning: pipeEnds[0])
        do { _ = Descriptor(owning: pipeEnds[1]) }
        #expect(try waitReadable([reading.number], milliseconds: nil) == [true])
        var byte: UInt8 = 0
        #expect(read(reading.number, &byte, 1) == 0)
    }
}

import TFTPTransfers
import Testing

struct NegotiationTests {
    private func negotiate(
        _ options: [(String, String)], mode: String = "octet", size: UInt64 = 70_000, limits: TransferLimits = TransferLimits()
    ) throws -> TransferParameters {
        let request = TFTPRequest("f", mode: mode, options: options.map { TFTPOption($0.0, $0.1) })
        return try request.negotiated(size: size, limits: limits).get()
    }

    private func granted(_ options: (String, String)..., limits: TransferLimits = TransferLimits()) throws -> [TFTPOption] {
        try negotiate(options, limits: limits).acknowledged
    }

    @Test func `F6 a request without options has no OACK`() throws {
        #expect(try negotiate([]) == TransferParameters())
        #expect(TransferParameters().blockSize == 512)
    }

    static let modes: [(String, TransferParameters.Mode)] = [
        ("octet", .octet), ("OcTeT", .octet), ("NETASCII", .netascii), ("netascii", .netascii),
    ]

    @Test(arguments: modes)
    func `F5 a mode is read in any case`(_ text: String, _ mode: TransferParameters.Mode) throws {
        #expect(try negotiate([], mode: text).mode == mode)
    }

    @Test(arguments: ["mail", "MAIL", "binary", "", "octet "])
    func `F5 mail and unknown modes get ERROR 4`(_ mode: String) {
        let error = #expect(throws: TFTPError.self) { try negotiate([], mode: mode) }
        #expect(error?.code == .illegalOperation)
    }

    @Test func `F6 only known options are granted, in the order asked and as spelt`() throws {
        let granted = try granted(
            ("x", "1"), ("TSize", "0"), ("grandstream_MODEL", "HT486"), ("blkSIZE", "1024"), ("timeout", "3"))
        #expect(granted == [TFTPOption("TSize", "70000"), TFTPOption("blkSIZE", "1024"), TFTPOption("timeout", "3")])
    }

    @Test func `F6 of repeated options the first counts, even where it is wrong`() throws {
        #expect(try granted(("blksize", "600"), ("BLKSIZE", "700")) == [TFTPOption("blksize", "600")])
        #expect(try granted(("blksize", "4"), ("blksize", "700")) == [])
    }

    @Test(arguments: [("8", 8), ("512", 512), ("1468", 1468), ("1469", 1468), ("65464", 1468), ("0001024", 1024)])
    func `F7 a block size is lowered to what the link carries`(_ asked: String, _ given: Int) throws {
        let parameters = try negotiate([("blksize", asked)], limits: TransferLimits(mtu: 1500))
        #expect(parameters.blockSize == given)
        #expect(parameters.acknowledged == [TFTPOption("blksize", String(given))])
    }

    // The two long ones are 512 in their low 32 bits.
    static let wrongSizes = [
        "7", "0", "65465", "4294967808", "42949673472", "99999999999999999999", "-8", "+8", " 512", "512 ", "0x200", "", "five",
    ]

    @Test(arguments: wrongSizes)
    func `F7 a wrong block size is left out of the OACK`(_ asked: String) throws {
        let parameters = try negotiate([("blksize", asked)])
        #expect(parameters == TransferParameters())
    }

    @Test func `F7 tsize 0 is answered with the size, and anything else not at all`() throws {
        #expect(try granted(("tsize", "0")) == [TFTPOption("tsize", "70000")])
        #expect(try granted(("tsize", "5")) == [])
        #expect(try negotiate([("tsize", "0")], size: .max).acknowledged == [TFTPOption("tsize", "18446744073709551615")])
    }

    @Test func `F7 what netascii makes of a file has no size to tell`() throws {
        #expect(try negotiate([("tsize", "0"), ("blksize", "8")], mode: "netascii").acknowledged == [TFTPOption("blksize", "8")])
    }

    @Test func `F7 a timeout is granted whole or not at all`() throws {
        for asked in ["1", "10"] { #expect(try granted(("timeout", asked)) == [TFTPOption("timeout", asked)]) }
        for asked in ["0", "256", "65537"] { #expect(try granted(("timeout", asked)) == []) }
        #expect(try negotiate([("timeout", "10")]).timeout == 10)
        for asked in ["11", "255"] { #expect(try granted(("timeout", asked)) == []) }
        #expect(try granted(("timeout", "255"), limits: TransferLimits(timeout: 255)) == [TFTPOption("timeout", "255")])
    }

    @Test func `F7 a window is lowered to the cap`() throws {
        for (asked, given) in [("1", "1"), ("16", "16"), ("64", "64"), ("65", "64"), ("65535", "64")] {
            #expect(try granted(("windowsize", asked)) == [TFTPOption("windowsize", given)])
        }
        for asked in ["0", "65536"] { #expect(try granted(("windowsize", asked)) == []) }
        let most = TransferLimits(windowSize: 70_000, burst: .max)
        #expect(try negotiate([("windowsize", "65535")], limits: most).windowSize == 32_767)
    }

    @Test(arguments: [
        ("512", "64"), ("1024", "64"), ("1025", "63"), ("8192", "8"), ("32768", "2"), ("32769", "1"), ("65464", "1"),
    ])
    func `F7 a window holds no more than the buffers on the way`(_ blockSize: String, _ window: String) throws {
        let limits = TransferLimits(blockSize: 65_464)
        for isFirst in [true, false] {
            let size = ("blksize", blockSize)
            let asked = isFirst ? [size, ("windowsize", "64")] : [("windowsize", "64"), size]
            let granted = try negotiate(asked, limits: limits).acknowledged
            #expect(
                granted
                    == (isFirst ? [size, ("windowsize", window)] : [("windowsize", window), size]).map { TFTPOption($0.0, $0.1) })
        }
    }

    @Test func `limits out of range are brought into it`() {
        #expect(TransferLimits(blockSize: 0, windowSize: -1) == TransferLimits(blockSize: 8, windowSize: 1))
        #expect(TransferLimits(mtu: 65_535).blockSize == 65_464)
        #expect(TransferLimits(mtu: .min).blockSize == 8)
    }
}

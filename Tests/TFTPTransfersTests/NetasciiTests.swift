@testable import TFTPTransfers
import Testing

struct NetasciiTests {
    static let table: [(plain: String, encoded: String)] = [
        ("", ""),
        ("plain", "plain"),
        ("a\nb", "a\r\nb"),
        ("a\rb", "a\r\0b"),
        ("a\r\nb", "a\r\0\r\nb"),
        ("\n\n", "\r\n\r\n"),
        ("\r", "\r\0"),
    ]

    @Test(arguments: table)
    func `F5 LF becomes CR LF and CR becomes CR NUL`(_ plain: String, _ encoded: String) {
        var encoder = NetasciiEncoder()
        var output: [UInt8] = []
        #expect(encoder.encode(Array(plain.utf8)[...], into: &output, room: 100) == plain.utf8.count)
        #expect(output == Array(encoded.utf8))
        #expect(encoder.isEmpty)
    }

    @Test(arguments: table, 1...9)
    func `F5 a pair that a block cuts goes on in the next`(_ sample: (plain: String, encoded: String), _ room: Int) {
        var encoder = NetasciiEncoder()
        var input = Array(sample.plain.utf8)[...]
        var whole: [UInt8] = []
        while !input.isEmpty || !encoder.isEmpty {
            var output: [UInt8] = []
            input = input.dropFirst(encoder.encode(input, into: &output, room: room))
            #expect(output.count <= room && !output.isEmpty)
            whole += output
        }
        #expect(whole == Array(sample.encoded.utf8))
    }

    @Test func `a block can be made again until it is forgotten`() {
        var parameters = TransferParameters()
        parameters.mode = .netascii
        parameters.blockSize = 8
        // Encoded: 7 × "x", CR | LF, 7 × "y" | and nothing.
        var source = BlockSource(MemoryFile("xxxxxxx\nyyyyyyy"), parameters)
        func block(_ number: UInt64) -> [UInt8]? {
            source.run(from: number, most: 1).map { Array($0.burst.bytes.dropFirst(TFTPPacket.bytesBeforeData)) }
        }
        #expect(block(2) == nil)
        let first = block(1)
        let second = block(2)
        #expect(first == Array("xxxxxxx\r".utf8))
        #expect(second == Array("\nyyyyyyy".utf8))
        #expect(block(3) == [])
        #expect(block(1) == first)
        source.forget(before: 2)
        #expect(block(1) == nil)
        #expect(block(2) == second)
        #expect(block(3) == [])
        #expect(block(0) == nil)
        let run = source.run(from: 2, most: 5)
        #expect(run?.blocks == 2 && run?.lastCount == 0)
        #expect(run?.burst.datagrams.map(Array.init) == [[0, 3, 0, 2] + Array("\nyyyyyyy".utf8), [0, 3, 0, 3]])
    }
}

import Foundation
import LinuxSystem
import Packets
import Provisioning
import TFTPTransfers
import TestSupport
import Testing

@testable import FileServing
@testable import FileTree

@Suite struct `Files over TFTP` {
    @Test(arguments: [false, true])
    func `F1 a transfer goes through a port of its own, but for a single port`(_ hasSinglePort: Bool) throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(1200)], hasSinglePort: hasSinglePort)
        var ports: Set<UInt16> = []
        for _ in 0..<3 {
            let peer = try scene.peer()
            try peer.ask("f")
            for block in UInt16(1)...3 {
                let (packet, port) = try #require(try peer.next())
                guard case .data(block, _) = packet else { throw Unexpected(packet) }
                ports.insert(port)
                try peer.acknowledge(block, to: port)
            }
        }
        #expect(hasSinglePort ? ports == [scene.service.port] : ports.count == 3 && !ports.contains(scene.service.port))
        #expect(try scene.events(3).allSatisfy { $0.served?.bytes == 1200 && $0.served?.isComplete == true })
    }

    @Test func `F1 a packet from another port gets ERROR 5 from the transfer's own, and disturbs nothing`() throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(1200)])
        let (peer, stranger) = (try scene.peer(), try scene.peer())
        try peer.ask("f")
        let (_, port) = try #require(try peer.next())
        try stranger.acknowledge(1, to: port)
        let answer = try #require(try stranger.next())
        guard case .error(let error) = answer.packet else { throw Unexpected(answer.packet) }
        #expect(error.code == .unknownTransfer && answer.port == port)
        try peer.acknowledge(1, to: port)
        guard case .data(2, _)? = try peer.next()?.packet else { throw Unexpected(nil) }
    }

    @Test
    func `F1 who asks for the next file from the same port has the one before, though that request is read before its last ACK`()
        throws
    {
        let gate = Gate()
        let clock: @Sendable () -> Moment = {
            gate.pass()
            return Moment(microseconds: 0)
        }
        let scene = try TFTPScene(["f": TFTPScene.noise(600)], clock: clock)
        let (peer, other) = (try scene.peer(), try scene.peer())
        try peer.ask("f")
        let (_, port) = try #require(try peer.next())
        try peer.acknowledge(1, to: port)
        guard case .data(2, _)? = try peer.next()?.packet else { throw Unexpected(nil) }
        gate.close()
        try other.ask("f")
        gate.waitForSomebody()
        try peer.acknowledge(2, to: port)
        try peer.ask("f")
        gate.open()
        let (packet, second) = try #require(try peer.next())
        guard case .data(1, _) = packet else { throw Unexpected(packet) }
        #expect(second != port)
        #expect(try scene.events(1).first?.served?.isComplete == true)
    }

    @Test func `F1 an ICMP error for the phone's port ends its transfer`() throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(5000)])
        func leave() throws {
            let peer = try scene.peer()
            try peer.ask("f")
            let (_, port) = try #require(try peer.next())
            try peer.acknowledge(1, to: port)
        }
        try leave()
        let file = try #require(try scene.events(1).first?.served)
        #expect(!file.isComplete && file.reason == "the phone closed its port")
    }

    @Test func `F2 an ACK that comes twice brings no second DATA`() throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(2000)])
        let peer = try scene.peer()
        try peer.ask("f")
        var blocks: [UInt16] = []
        while let (packet, port) = try peer.next() {
            guard case .data(let block, _) = packet else { throw Unexpected(packet) }
            blocks.append(block)
            if block == 4 {
                try peer.acknowledge(4, to: port)
                break
            }
            for _ in 0..<3 { try peer.acknowledge(block, to: port) }
        }
        #expect(blocks == [1, 2, 3, 4])
        #expect(try scene.events(1).first?.served?.isComplete == true)
    }

    @Test(arguments: [0, 1, 511, 512, 513, 1024, 4096, 8191, 8192, 70_000], [512, 8, 1428])
    func `F3 a file arrives whole, and its last block is shorter than the others`(_ size: Int, _ blockSize: Int) throws {
        let bytes = TFTPScene.noise(size)
        let scene = try TFTPScene(["f": bytes])
        #expect(try scene.peer().fetch("f", blockSize: blockSize, windowSize: blockSize == 8 ? 64 : 1).get() == bytes)
        let file = try #require(try scene.events(1).first?.served)
        #expect(file.bytes == Int64(size) && file.isComplete && file.transport == .tftp && file.path == "f" && file.reason == nil)
    }

    @Test func `F4 block numbers go on at 0 after 65535`() throws {
        let bytes = TFTPScene.noise(65_540 * 8 + 3)
        let scene = try TFTPScene(["f": bytes])
        #expect(try scene.peer().fetch("f", blockSize: 8, windowSize: 64).get() == bytes)
    }

    @Test func `F5 netascii has its line ends, and mail is refused with ERROR 4`() throws {
        let scene = try TFTPScene(text: ["f": "a\nb\rc"])
        #expect(try scene.peer().fetch("f", mode: "NetASCII").get() == Array("a\r\nb\r\0c".utf8))
        #expect(throws: TFTPError(.illegalOperation, "mail mode is not served")) {
            try scene.peer().fetch("f", mode: "mail").get()
        }
        #expect(try scene.events(2).compactMap(\.refused).map(\.status) == [4])
    }

    @Test func `F6 an OACK goes first, without unknown options, and ERROR 8 ends it`() throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(2000)])
        let peer = try scene.peer()
        try peer.ask("f", ("x-unknown", "1"), ("TSize", "0"), ("blksize", "1000"))
        let (packet, port) = try #require(try peer.next())
        #expect(packet == .optionAcknowledgement([TFTPOption("TSize", "2000"), TFTPOption("blksize", "1000")]))
        try peer.send(.error(TFTPError(.optionsRefused, "no")), to: port)
        let file = try #require(try scene.events(1).first?.served)
        #expect(!file.isComplete && file.bytes == 0 && file.reason == "the phone refused the options: no")
    }

    @Test func `F7 a block size is lowered to the limit of the configuration`() throws {
        let bytes = TFTPScene.noise(5000)
        let scene = try TFTPScene(["f": bytes], blockSizeLimit: 600)
        let peer = try scene.peer()
        try peer.ask("f", ("blksize", "1428"))
        #expect(try peer.next()?.packet == .optionAcknowledgement([TFTPOption("blksize", "600")]))
        #expect(try scene.peer().fetch("f", blockSize: 1428).get() == bytes)
    }

    @Test(arguments: [(65_464, 1), (8192, 8), (1428, 16), (512, 64)])
    func `F7 large blocks and windows arrive whole`(_ blockSize: Int, _ windowSize: Int) throws {
        let bytes = TFTPScene.noise(300_000)
        let scene = try TFTPScene(["f": bytes])
        #expect(try scene.peer().fetch("f", blockSize: blockSize, windowSize: windowSize).get() == bytes)
    }

    @Test func `a transfer that takes long is told of once while it is under way, and one without any answer is not`() throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(5000)])
        let (peer, silent) = (try scene.peer(), try scene.peer())
        for one in [peer, silent] { try one.ask("f") }
        var port: UInt16 = 0
        for block in UInt16(1)...2 {
            port = try #require(try peer.next()).port
            try peer.acknowledge(block, to: port)
        }
        let end = MonotonicClock.now() + 60_000_000_000
        while scene.events.allSatisfy({ $0.underWay == nil }), MonotonicClock.now() < end { usleep(5000) }
        let told = try #require(scene.events.compactMap(\.underWay).first)
        #expect((told.file.bytes, told.size, told.file.path, told.file.transport) == (1024, 5000, "f", .tftp))
        try peer.send(.error(TFTPError(.undefined, "enough")), to: port)
        let events = try scene.events(3)
        #expect(events.compactMap(\.underWay).count == 1)
        #expect(events.compactMap(\.served).map(\.isComplete) == [false, false])
    }

    @Test func `F8 a request that comes again starts no second transfer`() throws {
        let scene = try TFTPScene(["f": TFTPScene.noise(600)])
        let peer = try scene.peer()
        for _ in 0..<5 { try peer.ask("f") }
        let (_, port) = try #require(try peer.next())
        try peer.acknowledge(1, to: port)
        guard case .data(2, _)? = try peer.next()?.packet else { throw Unexpected(nil) }
        try peer.acknowledge(2, to: port)
        _ = try scene.events(1)
        #expect(try scene.peer().fetch("f").get().count == 600)
        #expect(try scene.events(2).count == 2)
    }

    @Test func `F9 a file that is replaced or removed meanwhile arrives as it was`() throws {
        let bytes = TFTPScene.noise(50_000)
        let scene = try TFTPScene(["f": bytes, "g": bytes])
        for name in ["f", "g"] {
            let peer = try scene.peer()
            try peer.ask(name)
            let (_, port) = try #require(try peer.next())
            try FileManager.default.removeItem(atPath: "\(scene.folder.path)/\(name)")
            if name == "f" { try TFTPScene.put(TFTPScene.noise(50_001), at: "\(scene.folder.path)/f") }
            var whole = bytes.prefix(512)
            try peer.acknowledge(1, to: port)
            while case .data(let block, let more)? = try peer.next()?.packet {
                whole += more
                try peer.acknowledge(block, to: port)
                if more.count < 512 { break }
            }
            #expect(Array(whole) == bytes)
        }
    }

    @Test func `F9 a file that is written to meanwhile ends in an ERROR, not in a mixture`() throws {
        try expectNoMixture(TFTPScene(["f": TFTPScene.noise(50_000)]))
    }

    @Test func `F9 nor where another transfer has read on already, and shares what it read`() throws {
        let bytes = TFTPScene.noise(50_000)
        let scene = try TFTPScene(["f": bytes], clock: `Files over TFTP`.anHourLater)
        try expectNoMixture(scene) {
            #expect(try scene.peer().fetch("f").get() == bytes)
            _ = try scene.events(1)
        }
    }

    @Test(arguments: [512, 1428, 1432, 8192, 16_384, 16_385, 65_464])
    func `F9 transfers that share what they read have every byte of their own file`(blockSize: Int) throws {
        let (bytes, more) = (TFTPScene.noise(100_001), TFTPScene.noise(65_536))
        let scene = try TFTPScene(["f": bytes, "g": more], clock: `Files over TFTP`.anHourLater)
        for _ in 0..<2 {
            #expect(try scene.peer().fetch("f", blockSize: blockSize).get() == bytes)
            #expect(try scene.peer().fetch("g", blockSize: blockSize).get() == more)
        }
        // Another file by the same name, of the same size and time, is another version.
        let path = "\(scene.folder.path)/f"
        let date = try #require(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate])
        try FileManager.default.removeItem(atPath: path)
        try TFTPScene.put(bytes.reversed(), at: path)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        #expect(try scene.peer().fetch("f", blockSize: blockSize).get() == bytes.reversed())
    }

    @Test(arguments: [512, 4096, 4097, 65_536])
    func `T10 of what one transfer reads for itself no more is kept than a short piece`(_ count: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = TFTPScene.noise(200_000)
        try TFTPScene.put(bytes, at: "\(folder.path)/f")
        let file = try #require(try FileTree(root: folder.path).open("f"))
        let transfer = TFTPFile(.disk(file), sharing: nil, now: WallClock.now())
        #expect(transfer.bytes(at: 1000, count: count).map(Array.init) == Array(bytes[1000..<1000 + count]))
        // What was not kept can no longer be had.
        let writer = try #require(FileHandle(forWritingAtPath: "\(folder.path)/f"))
        try writer.truncate(atOffset: 0)
        try writer.close()
        #expect((transfer.bytes(at: 1000, count: count) != nil) == (count <= 4096))
    }

    @Test(arguments: [false, true]) func `F9 a version that changed just now is not shared`(isSettled: Bool) throws {
        let folder = try TemporaryFolder()
        try TFTPScene.put(TFTPScene.noise(50_000), at: "\(folder.path)/f")
        let file = try #require(try FileTree(root: folder.path).open("f"))
        let cache = PieceCache()
        let now = isSettled ? `Files over TFTP`.anHourLater().wallTime : WallTime(seconds: 0)
        let transfer = TFTPFile(.disk(file), sharing: cache, now: now)
        #expect(transfer.bytes(at: 0, count: 512)?.count == 512)
        // From the disk it can no longer be had.
        let writer = try #require(FileHandle(forWritingAtPath: "\(folder.path)/f"))
        try writer.truncate(atOffset: 0)
        try writer.close()
        let kept = try? cache.piece(0, of: file)
        #expect((kept != nil) == isSettled)
    }

    /// By it every version is settled, and so may be shared.
    private static let anHourLater: @Sendable () -> Moment = {
        Moment(microseconds: WallClock.now().microsecondsSince1970 + 3_600_000_000)
    }

    /// Not the block before once more: it is repeated where its ACK took a second.
    private func next(_ peer: TFTPPeer, after block: UInt16) throws -> (packet: TFTPPacket, port: UInt16) {
        while true {
            let next = try #require(try peer.next())
            guard case .data(block, _) = next.packet else { return next }
        }
    }

    /// - Parameter meanwhile: what happens in the middle of the transfer, before somebody writes to the file.
    private func expectNoMixture(_ scene: TFTPScene, meanwhile: () throws -> Void = {}) throws {
        let peer = try scene.peer()
        try peer.ask("f")
        var packet: TFTPPacket?
        var port: UInt16 = 0
        var before = 0
        for block in UInt16(1)...200 {
            (packet, port) = try next(peer, after: block - 1)
            guard case .data(block, _) = packet else { break }
            if block == 20 {
                try meanwhile()
                before = scene.events.count
                let file = try #require(FileHandle(forWritingAtPath: "\(scene.folder.path)/f"))
                try file.write(contentsOf: Data("another's".utf8))
                try file.close()
            }
            try peer.acknowledge(block, to: port)
        }
        #expect(packet == .error(TFTPError(.undefined, "the file changed while it was sent")))
        let file = try #require(try scene.events(before + 1).last?.served)
        #expect(!file.isComplete && file.reason == "the file is no longer what it was when the transfer began")
    }
}

struct Unexpected: Error {
    let packet: TFTPPacket?

    init(_ packet: TFTPPacket?) {
        self.packet = packet
    }
}

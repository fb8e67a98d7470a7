import FTPSessions
import Foundation
import HTTPSemantics
import LinuxSystem
import Packets
import Synchronization
import TestSupport
import Testing
import VendorCatalogue

@testable import FileServing
@testable import FileTree
@testable import Provisioning

/// A tree on a real disk behind a real server on loopback; clients are sockets.
@Suite(.serialized) final class `Files over FTP` {
    private let tree: TemporaryFolder
    private var folder: String { tree.path }
    private let memory = DeviceMemory()
    private let recorded = Recorded()
    private let big = [UInt8]((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) })
    private final class Recorded: Sendable {
        let events = Mutex<[Event]>([])
        let lines = Mutex<[String]>([])
    }

    private var events: [Event] { recorded.events.withLock { $0 } }

    private static let phone = MACAddress(bits: 0x0004_1312_3456)
    private static func settings(password: String) -> Settings {
        var device = KnownDevice(mac: phone)
        device.more = ["user": "alice", "password": password]
        var settings = Settings()
        settings.devices[phone] = device
        return settings
    }
    private let policy: CurrentPolicy

    init() throws {
        tree = try TemporaryFolder()
        policy = CurrentPolicy(
            Policy(settings: `Files over FTP`.settings(password: "secret"), catalogue: Catalogue([]), tree: TreeSnapshot()))
        try put("common.cfg", "root")
        try put("empty.cfg", "")
        try put("snom/common.cfg", "snom")
        try put("devices/000413123456/common.cfg", "own")
        try put("devices/000413aabbcc/secret.xml", "another's")
        try put("000413aabbcc.cfg", "another's")
        try put("cfg00-04-13-12-34-56.xml", "its own, in the root")
        try put("a\nb.cfg", "two lines in a name")
        try Data(big).write(to: URL(filePath: folder + "/big.bin"))
    }

    private func put(_ path: String, _ text: String) throws {
        try tree.makeFolder((path as NSString).deletingLastPathComponent)
        try tree.write(text, to: path)
    }

    private func serve(_ change: (inout FTPService.Options) -> Void = { _ in }, _ body: (FTPService) throws -> Void) throws {
        let tree = try FileTree(root: folder)
        policy.update { $0.with(tree: tree.snapshot) }
        let desk = FileDesk(
            tree: tree, policy: policy, memory: memory, clock: { Moment(microseconds: 0) },
            sink: { [recorded] event in recorded.events.withLock { $0.append(event) } })
        var options = FTPService.Options(port: 0)
        change(&options)
        let service = try FTPService(
            desk, options, log: { [recorded] line in recorded.lines.withLock { $0.append(line.text) } })
        defer { service.stop() }
        try body(service)
    }

    private func happened() -> [(name: String, path: String, bytes: Int64)] {
        events.map { event in
            switch event.what {
            case .fileServed(let file): (event.name, file.path, file.bytes ?? -1)
            case .fileRefused(let file): (event.name, file.name, Int64(file.status))
            default: (event.name, "", 0)
            }
        }
    }

    // MARK: Files

    @Test func `a file comes whole, or from where REST says, and the timeline says so`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            #expect(try client.fetch("RETR big.bin") == big)
            #expect(try client.say("REST 999990") == 350)
            #expect(try client.fetch("RETR big.bin") == Array(big.suffix(10)))
            #expect(try client.fetch("RETR empty.cfg") == [])
            #expect(try client.fetch("RETR nothing.cfg") == nil)
            // In type A as well: it is full of lone CRs and LFs.
            #expect(try client.say("TYPE A") == 200)
            #expect(try client.fetch("RETR big.bin") == big)
        }
        let happened = happened()
        #expect(happened.map(\.name) == ["file.served", "file.served", "file.served", "file.refused", "file.served"])
        #expect(happened.map(\.bytes) == [1_000_000, 10, 0, 550, 1_000_000])
        #expect(happened[3].path == "/nothing.cfg")
    }

    @Test func `a file is what it was when it was opened, whatever becomes of its name`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let data = try client.connectData(client.openPort(), receiveRoom: 4096)
            defer { close(data) }
            #expect(try client.begin("RETR big.bin"))
            try FileManager.default.removeItem(atPath: folder + "/big.bin")
            try put("big.bin", "another")
            #expect(client.readToEnd(data) == big)
            #expect(client.reply() == 226)
        }
    }

    @Test func `a file that shrinks on its way is not called whole`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let data = try client.connectData(client.openPort(), receiveRoom: 4096)
            defer { close(data) }
            #expect(try client.begin("RETR big.bin"))
            truncate(folder + "/big.bin", 10)
            _ = client.readToEnd(data)
            #expect(client.reply() == 451)
        }
        #expect(happened().map(\.name) == ["file.broken-off"])
    }

    @Test func `a file that is written to on its way is not called whole`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let data = try client.connectData(client.openPort(), receiveRoom: 4096)
            defer { close(data) }
            #expect(try client.begin("RETR big.bin"))
            let file = try #require(FileHandle(forWritingAtPath: folder + "/big.bin"))
            try file.write(contentsOf: Data("another's".utf8))
            try file.close()
            #expect(client.readToEnd(data).count < big.count, "its end is kept back")
            #expect(client.reply() == 451)
        }
        #expect(happened().map(\.name) == ["file.broken-off"])
        let served = try #require(events.first?.served)
        #expect(served.reason == "the file is no longer what it was when the transfer began")
    }

    @Test func `a device that logs in gets its own files, and who comes after it on the connection does not`() throws {
        // At the address from which it logs in another phone was met.
        let met = MACAddress(bits: 0x0200_0000_0007)
        memory.learn(
            Identity(mac: met), address: IPv4Address(127, 0, 0, 1), interface: nil, at: Moment(microseconds: 0))
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port, as: "alice", "secret")
            #expect(try client.fetch("RETR common.cfg") == Array("own".utf8))
            #expect(try client.say("USER anonymous") == 331)
            #expect(try client.say("PASS secret") == 230)
            #expect(try client.fetch("RETR common.cfg") == Array("root".utf8))
        }
        let askers: [MACAddress?] = [`Files over FTP`.phone, met]
        #expect(events.map(\.mac) == askers)
        #expect(memory.device(at: IPv4Address(127, 0, 0, 1))?.mac == met, "a password may be used by others than the phone")
    }

    @Test func `T9: a login ends with its password, in a session that goes on too`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port, as: "alice", "secret")
            #expect(try client.fetch("RETR common.cfg") == Array("own".utf8))
            policy.update { $0.with(`Files over FTP`.settings(password: "secret"), $0.catalogue) }
            #expect(try client.fetch("RETR common.cfg") == Array("own".utf8), "a reload that leaves it as it is ends nothing")
            policy.update { $0.with(`Files over FTP`.settings(password: "another"), $0.catalogue) }
            #expect(try client.fetch("RETR common.cfg") == Array("root".utf8))
            #expect(try client.fetch("RETR cfg00-04-13-12-34-56.xml") == nil)
            // It does not come back with the password.
            policy.update { $0.with(`Files over FTP`.settings(password: "secret"), $0.catalogue) }
            #expect(try client.fetch("RETR common.cfg") == Array("root".utf8))
            #expect(try client.say("USER alice") == 331)
            #expect(try client.say("PASS secret") == 230)
            #expect(try client.fetch("RETR common.cfg") == Array("own".utf8))
        }
        let refusal = events.first { $0.name == "file.refused" }
        #expect(refusal?.details.contains { $0.text.contains("its password was changed after it logged in") } == true)
    }

    @Test func `T9: a list shows files that are anybody's and the asker's own, and no folder`() throws {
        try serve { service in
            let anybody = try FTPTestClient.loggedIn(port: service.port)
            let names = String(decoding: try anybody.fetch("NLST") ?? [], as: UTF8.self)
            #expect(names == "big.bin\r\ncommon.cfg\r\nempty.cfg\r\n")
            #expect(try anybody.fetch("NLST devices") == [])
            #expect(try anybody.fetch("NLST devices/000413aabbcc") == [])
            #expect(try anybody.fetch("NLST nowhere") == [])
            #expect(try anybody.fetch("NLST snom") == Array("snom/common.cfg\r\n".utf8))
            let long = String(decoding: try anybody.fetch("LIST -la") ?? [], as: UTF8.self).split(separator: "\r\n")
            #expect(long.count == 3)
            #expect(long.first?.hasPrefix("-r--r--r-- 1 ftp ftp      1000000 ") == true)
            #expect(long.first?.hasSuffix(" big.bin") == true)
            let own = try FTPTestClient(port: service.port)
            #expect(own.reply() == 220)
            #expect(try own.say("USER alice") == 331)
            #expect(try own.say("PASS secret") == 230)
            let ownNames = String(decoding: try own.fetch("NLST") ?? [], as: UTF8.self)
            #expect(ownNames == "big.bin\r\ncfg00-04-13-12-34-56.xml\r\ncommon.cfg\r\nempty.cfg\r\n")
        }
        #expect(events.isEmpty, "a list is no file")
    }

    @Test func `T8: nothing is written, and every try is on the timeline`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let before = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
            for line in [
                "STOR x", "APPE common.cfg", "DELE common.cfg", "RMD snom", "MKD y", "RNFR common.cfg", "RNTO z", "STOU",
            ] {
                #expect(try client.say(line) == 502)
            }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == before)
        }
        #expect(happened().map(\.bytes) == Array(repeating: 502, count: 8))
    }

    @Test func `T7: no name and no link leads out of the root`() throws {
        try tree.link("out.cfg", to: "/etc/passwd")
        try tree.link("up", to: "/etc")
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            for name in [
                "/etc/passwd", "../../../../etc/passwd", "out.cfg", "up/passwd", "snom/../../etc/passwd", "/proc/self/environ",
                "..", "",
                "/", "snom", "//etc//passwd", "..\\..\\etc\\passwd", "%2e%2e/etc/passwd",
                "devices/000413aabbcc/../../../etc/passwd",
            ] {
                #expect(try client.fetch("RETR \(name)") == nil, "\(name)")
                #expect([550, 501].contains(try client.say("SIZE \(name)")), "\(name)")
            }
            #expect(try client.say("CWD ../../etc") == 250)
            #expect(try client.fetch("RETR passwd") == nil)
            #expect(try client.fetch("NLST") == [])
        }
    }

    // MARK: Connections

    @Test func `RFC 2577 section 4: a data connection from another address is closed, and the client's own still counts`() throws
    {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let port = try client.openPort()
            for last in UInt8(2)..<6 {
                let stranger = try FTPTestClient.connect(port: port, from: IPv4Address(127, 0, 0, last))
                defer { close(stranger) }
                if last == 2 { #expect(try client.begin("RETR big.bin")) }
                #expect(FTPTestClient.isClosed(stranger))
            }
            let data = try client.connectData(port)
            defer { close(data) }
            #expect(client.readToEnd(data) == big)
            #expect(client.reply() == 226)
        }
        #expect(recorded.lines.withLock { $0.filter { $0.contains("ftp.stranger-refused") }.count } == 1)
    }

    @Test func `a range of ports and a told address are kept to`() throws {
        // Below those that Linux gives to whoever asks for any port.
        let first = try #require(
            (0..<100).lazy.map { _ in UInt16.random(in: 20_000...30_000) }.first { first in
                (first...first + 3).allSatisfy { (try? TCPListener(address: IPv4Address(127, 0, 0, 1), port: $0)) != nil }
            })
        try serve({ options in
            options.passivePorts = first...(first + 3)
            options.toldAddress = IPv4Address(203, 0, 113, 9)
        }) { service in
            let clients = try (0..<5).map { _ in try FTPTestClient.loggedIn(port: service.port) }
            let codes = try clients.map { try $0.say("PASV") }
            #expect(codes == [227, 227, 227, 227, 425])
            let ports = clients.prefix(4).compactMap { client -> Int? in
                let numbers = client.lastLine.split { !$0.isNumber }.compactMap { Int($0) }
                #expect(Array(numbers.dropFirst().prefix(4)) == [203, 0, 113, 9])
                return numbers.suffix(2).reduce(0) { $0 * 256 + $1 }
            }
            let all = Set(Int(first)...(Int(first) + 3))
            #expect(Set(ports) == all)
            // One that ends gives its port back.
            #expect(try clients[0].say("ABOR") == 226)
            #expect(try clients[4].say("EPSV") == 229)
        }
    }

    @Test func `ABOR with its urgent byte ends a transfer under way`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let data = try client.connectData(client.openPort(), receiveRoom: 4096)
            defer { close(data) }
            #expect(try client.begin("RETR big.bin"))
            // As the BSD client has it: IAC IP IAC with the last byte urgent, then DM and the command.
            try client.send([255, 244, 255], isUrgent: true)
            try client.send([242] + Array("ABOR\r\n".utf8))
            #expect(client.reply() == 426)
            #expect(client.reply() == 226)
            #expect(try client.say("NOOP") == 200)
        }
        #expect(happened().map(\.name) == ["file.broken-off"])
    }

    @Test func `T10: a client that takes nothing is cut off, and others are served meanwhile`() throws {
        try serve({ options in
            options.limits.pace = 5 * FTPLimits.second
            options.limits.slowestReader = 4000
        }) { service in
            let slow = try FTPTestClient.loggedIn(port: service.port)
            let data = try slow.connectData(slow.openPort(), receiveRoom: 4096)
            defer { close(data) }
            #expect(try slow.begin("RETR big.bin"))
            let other = try FTPTestClient.loggedIn(port: service.port)
            #expect(try other.fetch("RETR big.bin") == big)
            #expect(slow.reply() == 426)
            #expect(slow.lastLine.contains("slowly"))
            #expect(try slow.say("NOOP") == 200)
        }
        #expect(happened().map(\.name).filter { $0 != "file.under-way" }.sorted() == ["file.broken-off", "file.served"])
    }

    @Test func `T10: a slow client is held to what it takes, not to the steps in which the kernel takes it`() throws {
        try serve({ options in
            options.limits.pace = 2 * FTPLimits.second
            options.limits.slowestReader = 2500
        }) { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let data = try client.connectData(client.openPort(), receiveRoom: 4096)
            defer { close(data) }
            #expect(try client.begin("RETR big.bin"))
            var taken = 0
            var buffer = [UInt8](repeating: 0, count: 512)
            // 10 KB a second, of which the kernel tells in steps of 64.
            for _ in 0..<160 {
                taken += max(0, recv(data, &buffer, buffer.count, 0))
                usleep(50_000)
            }
            #expect(taken + client.readToEnd(data).count == big.count)
            #expect(client.reply() == 226)
        }
        #expect(happened().map(\.name).filter { $0 != "file.under-way" } == ["file.served"])
    }

    @Test func `T10: where descriptors run out a data connection waits a second, and nobody turns in circles`() throws {
        let listener = try TCPListener(address: IPv4Address(127, 0, 0, 1), port: 0)
        var side = FTPDataSide(for: IPv4Address(127, 0, 0, 1))
        #expect(side.listen(by: listener) == listener.localPort)
        #expect(side.port != nil && side.due == nil)
        // As with EMFILE, nothing can be accepted, and the port is readable all the time.
        listener.close()
        guard case .noRoom = side.accept(at: 10) else {
            Issue.record("somebody was taken")
            return
        }
        #expect(side.port == nil && side.due == 10 + FTPLimits.second)
        side.elapsed(at: 10 + FTPLimits.second - 1)
        #expect(side.port == nil)
        side.elapsed(at: 10 + FTPLimits.second)
        #expect(side.port != nil && side.due == nil)
    }

    @Test func `a file that takes long is told of once while it is under way`() throws {
        try serve { service in
            let slow = try FTPTestClient.loggedIn(port: service.port)
            #expect(try slow.say("REST 1000") == 350)
            let data = try slow.connectData(slow.openPort(), receiveRoom: 4096)
            defer { close(data) }
            #expect(try slow.begin("RETR big.bin"))
            let end = MonotonicClock.now() + 60_000_000_000
            while events.isEmpty, MonotonicClock.now() < end { usleep(5000) }
            let told = try #require(events.compactMap(\.underWay).first)
            #expect(told.size == 999_000 && told.file.path == "big.bin" && told.file.transport == .ftp)
            #expect((1..<told.size).contains(try #require(told.file.bytes)))
            #expect(slow.readToEnd(data).count == 999_000)
            #expect(slow.reply() == 226)
        }
        #expect(happened().map(\.name) == ["file.under-way", "file.served"])
    }

    @Test func `T10: a client that does not read its replies is held back and then dropped, and costs no memory`() throws {
        try serve({ options in
            options.limits.idleTime = FTPLimits.second / 2
            options.limits.lastWords = FTPLimits.second / 10
        }) { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let flood = Array(String(repeating: "HELP\r\n", count: 10_000).utf8)
            // Sent from a thread of its own: it comes to a halt when both buffers are full, and ends when the server hangs up.
            let ended = DispatchSemaphore(value: 0)
            let socket = client.socket
            Thread.detachNewThread {
                while (try? FTPTestClient.send(flood, on: socket)) != nil {}
                ended.signal()
            }
            withExtendedLifetime(client) { _ = #expect(ended.wait(timeout: .now() + 60) == .success) }
            let other = try FTPTestClient.loggedIn(port: service.port)
            #expect(try other.fetch("RETR common.cfg") == Array("root".utf8))
        }
    }

    @Test func `T10: as many commands as wait at once are obeyed one after the other`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let data = try client.connectData(client.openPort(), receiveRoom: 4096)
            defer { close(data) }
            #expect(try client.begin("RETR big.bin"))
            let count = FTPLimits().waitingLines / 5
            try client.send(Array(String(repeating: "EPSV\n", count: count).utf8))
            #expect(client.readToEnd(data) == big)
            let codes = (0...count).map { _ in client.reply() }
            #expect(codes == [226] + Array(repeating: 229, count: count))
        }
    }

    @Test func `T10: questions for files are answered one in a round, and each without anything more being said`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            /// To the first that does not come.
            func replies(_ count: Int) -> [Int] {
                var codes: [Int] = []
                while codes.count < count, codes.last != 0 { codes.append(client.reply()) }
                return codes
            }
            try client.send(Array(String(repeating: "SIZE nowhere\r\nPASV\r\nNLST\r\nABOR\r\n", count: 40).utf8))
            #expect(replies(200) == Array(repeating: [550, 227, 150, 426, 226], count: 40).flatMap { $0 })
            try client.send(Array((String(repeating: "SIZE nowhere\r\n", count: 40) + "QUIT\r\n").utf8))
            client.endWriting()
            #expect(replies(42) == Array(repeating: 550, count: 40) + [221, 0])
        }
        #expect(happened().count == 80)
    }

    @Test func `T10: of all that a client asks for at once, one file or list is looked for in each of its turns`() throws {
        let tree = try FileTree(root: folder)
        policy.update { $0.with(tree: tree.snapshot) }
        let desk = FileDesk(
            tree: tree, policy: policy, memory: memory, clock: { Moment(microseconds: 0) },
            sink: { [recorded] event in recorded.events.withLock { $0.append(event) } })
        let house = FTPHouse(files: desk, options: FTPService.Options(port: 0), log: { _ in })
        let listener = try TCPListener(address: IPv4Address(127, 0, 0, 1), port: 0)
        let asking = try FTPTestClient(port: listener.localPort)
        _ = try waitReadable([listener.descriptor], milliseconds: nil)
        let now = MonotonicClock.now()
        let client = FTPClient(try #require(try listener.accept()), house, at: now)
        var door = FTPDoor(FTPLimits())
        try asking.send(Array(("USER ftp\r\nPASS x\r\n" + String(repeating: "SIZE nowhere\r\n", count: 20)).utf8))
        let control = try #require(client.watched.first { $0.role == .control }).watched
        _ = try waitReady([control], milliseconds: nil)
        client.serve(.control, at: now, &door)
        #expect(events.isEmpty)
        for answered in 1...20 {
            #expect(client.due == 0)
            client.elapsed(at: now, &door)
            client.answerQuestion(at: now, &door)
            #expect(events.count == answered)
        }
        #expect(client.due.map { $0 > now } == true)
        client.answerQuestion(at: now, &door)
        #expect(events.count == 20)
        client.breakOff()
    }

    @Test func `T10: sessions in all and of one address are bounded, and who is too many hears it`() throws {
        try serve({ options in
            options.limits.sessions = 5
            options.limits.sessionsOfAddress = 3
        }) { service in
            var clients = try (0..<3).map { _ in try FTPTestClient.loggedIn(port: service.port) }
            let fourth = try FTPTestClient(port: service.port)
            #expect(fourth.reply() == 421)
            let other = IPv4Address(127, 0, 0, 2)
            clients += try (0..<2).map { _ in try FTPTestClient.loggedIn(port: service.port, from: other) }
            let sixth = try FTPTestClient(port: service.port, from: IPv4Address(127, 0, 0, 3))
            #expect(sixth.reply() == 421)
            #expect(try clients[0].say("QUIT") == 221)
            #expect(clients[0].reply() == 0)
            #expect(try FTPTestClient.loggedIn(port: service.port).say("NOOP") == 200)
        }
    }

    @Test func `a hundred sessions fetch at once`() throws {
        try serve { service in
            let clients = try (0..<100).map { _ in try FTPTestClient.loggedIn(port: service.port) }
            let connections = try clients.map { try $0.connectData($0.openPort(), receiveRoom: 4096) }
            for client in clients { #expect(try client.begin("RETR big.bin")) }
            for (client, data) in zip(clients, connections) {
                #expect(client.readToEnd(data) == big)
                close(data)
                #expect(client.reply() == 226)
            }
        }
        #expect(happened().map(\.name) == Array(repeating: "file.served", count: 100))
    }

    @Test func `a client that ends its own side still gets its file`() throws {
        try serve { service in
            let client = try FTPTestClient.loggedIn(port: service.port)
            let data = try client.connectData(client.openPort(), receiveRoom: 4096)
            defer { close(data) }
            try client.send(Array("RETR big.bin\r\nQUIT\r\n".utf8))
            client.endWriting()
            #expect(client.readToEnd(data) == big)
            let codes = (0..<4).map { _ in client.reply() }
            #expect(Array(codes.dropFirst()) == [226, 221, 0])
        }
    }

    @Test func `stopping breaks off what does not end, and says goodbye to the rest`() throws {
        var idle: FTPTestClient?
        try serve { service in
            idle = try FTPTestClient.loggedIn(port: service.port)
            let slow = try FTPTestClient.loggedIn(port: service.port)
            _ = try slow.connectData(slow.openPort(), receiveRoom: 4096)
            #expect(try slow.begin("RETR big.bin"))
        }
        #expect(idle?.reply() == 421)
        #expect(happened().map(\.name) == ["file.broken-off"])
    }

    // MARK: Passwords

    @Test func `RFC 2577 section 5: wrong passwords are told of without the password, and the third ends the session`() throws {
        try serve({ $0.limits.passwordPause = FTPLimits.second / 100 }) { service in
            let client = try FTPTestClient(port: service.port)
            #expect(client.reply() == 220)
            for code in [530, 530, 421] {
                #expect(try client.say("USER hunter2") == 331)
                #expect(try client.say("PASS hunter3") == code)
            }
            #expect(client.reply() == 0)
        }
        let said = recorded.lines.withLock { $0 }
        #expect(said.count == 3)
        #expect(said.allSatisfy { $0.contains("event=ftp.login-refused address=127.0.0.1") && !$0.contains("hunter") })
        #expect(events.isEmpty)
    }
}

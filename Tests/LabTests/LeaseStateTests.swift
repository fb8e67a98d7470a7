import DHCPMessages
import Foundation
import Glibc
import Packets
import Testing

extension LeaseScene {
    /// A lease of ten minutes, and clients that renew after 4 seconds and rebind after 8.
    static let hasty = """
        rules:
          - name: hasty
            match: {vendor: snom}
            options: {58: {u32: 4}, 59: {u32: 8}}
        """

    /// Waits until a station's lease was given so often.
    func expect(_ bellhop: Bellhop, _ count: Int, leasesOf station: Station, _ client: Program) throws {
        try eventually("lease \(count) was not given", within: 60, showing: { bellhop.program.text + client.text }) {
            bellhop.log("lease.given", mac: station.mac).count >= count
        }
    }

    /// What a station asked about addresses until now, repetitions left out, and whether each was acknowledged or offered
    /// something, or reached nobody.
    func history(_ station: Station) throws -> [String] {
        let frames = try capture.frames(markedBy: clients)
        let answered = Set(
            frames.filter { $0.sourceMAC == server.mac && $0.dhcp?.type != .negativeAcknowledge }.compactMap { heard in
                heard.dhcp.map { "\($0.transactionID) \($0.type == .offer)" }
            })
        var history: [String] = []
        for heard in frames where heard.sourceMAC == station.mac {
            guard let asked = LeaseMessage(heard), let message = heard.dhcp else { continue }
            let isAnswered = answered.contains("\(message.transactionID) \(asked == .discover)")
            let fate = heard.destinationMAC == Station.nobody ? " astray" : isAnswered ? " answered" : ""
            let line = asked.rawValue + fate
            if history.last != line { history.append(line) }
        }
        return history
    }
}

extension LabTests.Wire {
    /// RFC 2131 §4.3.2 and §4.3.6, with clients as people have them.
    @Suite(.scene(LeaseScene.self)) struct LeaseStateTests {
        private let lab: LeaseScene = scene()
        private let address = IPv4Address(10, 9, 0, 1)

        @Test func `D13 D14 dhcpcd gets, renews, rebinds where its renewal goes astray, reboots, and releases`() throws {
            let bellhop = try lab.bellhop(LeaseScene.configuration(rules: LeaseScene.hasty), isNew: true)
            defer { bellhop.program.end() }
            let phone = lab.phone
            defer { try? phone.forgetAddresses() }
            let dhcpcd = try phone.dhcpcd("-A")
            defer { dhcpcd.end() }
            try lab.expect(bellhop, 2, leasesOf: phone, dhcpcd)
            try phone.cutOff(address)
            try dhcpcd.wait(for: "failed to renew DHCP, rebinding")
            try lab.expect(bellhop, 3, leasesOf: phone, dhcpcd)
            dhcpcd.end()
            try phone.forgetAddresses()
            let again = try phone.dhcpcd("-A")
            defer { again.end() }
            try again.wait(for: "rebinding lease of 10.9.1.")
            try lab.expect(bellhop, 4, leasesOf: phone, again)
            try again.wait(for: "leased 10.9.1.")
            try again.signal(SIGALRM, until: "received SIGALRM")
            try eventually("it was not released", showing: { bellhop.program.text + again.text }) {
                bellhop.log("lease.released", mac: phone.mac).count == 1
            }
            let history = try lab.history(phone)
            for state in [
                "discover answered", "selecting answered", "renewing answered", "renewing astray", "rebinding answered",
                "initReboot answered", "release",
            ] {
                #expect(history.contains(state), "\(state) is not in \(history)")
            }
            #expect(Set(bellhop.log("lease.given", mac: phone.mac).map { $0["address"] }).count == 1)
        }

        @Test func `D13 D14 udhcpc gets, renews, rebinds where its renewal goes astray, and releases`() throws {
            let bellhop = try lab.bellhop(isNew: true)
            defer { bellhop.program.end() }
            let phone = lab.phone
            defer { try? phone.forgetAddresses() }
            let before = try lab.history(phone).count
            let udhcpc = try phone.udhcpc()
            defer { udhcpc.end() }
            try lab.expect(bellhop, 1, leasesOf: phone, udhcpc)
            try udhcpc.wait(for: "obtained from")
            udhcpc.signal(SIGUSR1)
            try lab.expect(bellhop, 2, leasesOf: phone, udhcpc)
            try eventually("the renewal did not arrive", showing: { udhcpc.text }) {
                udhcpc.text.split(separator: "obtained from").count > 2
            }
            try phone.cutOff(address)
            udhcpc.signal(SIGUSR1)
            try lab.expect(bellhop, 3, leasesOf: phone, udhcpc)
            try phone.ip("neigh", "flush", "all", "nud", "all")
            udhcpc.signal(SIGUSR2)
            try bellhop.wait(for: "lease.released", mac: phone.mac)
            let history = Array(try lab.history(phone).dropFirst(before))
            #expect(
                history == [
                    "discover answered", "selecting answered", "renewing answered", "renewing astray", "rebinding answered",
                    "release",
                ], "\(udhcpc.text)")
        }

        @Test func `D13 D14 dhclient gets, renews, rebinds where its renewal goes astray, reboots, and releases`() throws {
            let bellhop = try lab.bellhop(LeaseScene.configuration(rules: LeaseScene.hasty), isNew: true)
            defer { bellhop.program.end() }
            let phone = lab.phone
            defer { try? phone.forgetAddresses() }
            try? FileManager.default.removeItem(atPath: phone.dhclientLeases)
            let before = try lab.history(phone).count
            let dhclient = try phone.dhclient()
            defer { dhclient.end() }
            try lab.expect(bellhop, 2, leasesOf: phone, dhclient)
            try phone.cutOff(address)
            try lab.expect(bellhop, 3, leasesOf: phone, dhclient)
            dhclient.end()
            try phone.forgetAddresses()
            let again = try phone.dhclient()
            defer { again.end() }
            try again.wait(for: "bound to 10.9.1.")
            again.end()
            let release = try phone.dhclient("-r")
            try bellhop.wait(for: "lease.released", mac: phone.mac)
            release.end()
            let history = Array(try lab.history(phone).dropFirst(before))
            for state in [
                "discover answered", "selecting answered", "renewing answered", "renewing astray", "rebinding answered",
                "initReboot answered", "release",
            ] {
                #expect(history.contains(state), "\(state) is not in \(history)")
            }
        }

        @Test func `a phone that renews its lease while it runs is done all along, and its timeline has one boot`() throws {
            let bellhop = try lab.bellhop(isNew: true)
            defer { bellhop.program.end() }
            let phone = lab.phone
            defer { try? phone.forgetAddresses() }
            func ask(_ command: String, _ arguments: String...) throws -> Program.Outcome {
                try Bellhop.run(
                    lab.lab, command, phone.mac.colons, "--config", Bellhop.configurationPath(lab.lab), "--state",
                    lab.lab.folder.appending(path: "state").path, in: lab.server)
            }
            let udhcpc = try phone.udhcpc()
            defer { udhcpc.end() }
            try udhcpc.wait(for: "obtained from")
            let fetched = try phone.run(
                "curl", "-sS", "--retry", "9", "--retry-all-errors", "--retry-delay", "1", "-o", "/dev/null",
                "http://10.9.0.1:8080/snomD735.htm")
            #expect(fetched.status == 0, "\(fetched.text)")
            try bellhop.wait(for: "file.served", mac: phone.mac)
            udhcpc.signal(SIGUSR1)
            try bellhop.wait(for: "lease.given", mac: phone.mac, ["renewed": "true"])
            var timeline = ""
            try eventually("the renewal is not on the timeline", showing: { timeline }) {
                timeline = try ask("timeline").output
                return timeline.contains("renewed=true")
            }
            #expect(!timeline.contains("\n\n"), "\(timeline)")
            let why = try ask("why")
            #expect(why.status == 0 && why.output.contains("fetched everything"), "\(why.text)")
            let devices = try Bellhop.run(
                lab.lab, "devices", "--config", Bellhop.configurationPath(lab.lab), "--state",
                lab.lab.folder.appending(path: "state").path, in: lab.server)
            let line = devices.output.split(separator: "\n").first { $0.contains(phone.mac.colons) }
            #expect(line?.contains(" done ") == true, "\(devices.text)")
        }

        @Test
        func `D13 a client that nobody knows and that wants its old address back gets silence, and then one by asking anew`()
            throws
        {
            let bellhop = try lab.bellhop(isNew: true)
            defer { bellhop.program.end() }
            let phone = lab.phone
            defer { try? phone.forgetAddresses() }
            try phone.remember(lease: "10.9.1.77")
            let before = try lab.history(phone).count
            let dhclient = try phone.dhclient()
            defer { dhclient.end() }
            try bellhop.wait(for: "ignored", mac: phone.mac, ["kind": "dhcp-request", "reason": "unknown-client"])
            try lab.expect(bellhop, 1, leasesOf: phone, dhclient)
            dhclient.end()
            let history = try lab.history(phone).dropFirst(before)
            #expect(history.first == "initReboot")
            #expect(history.contains("selecting answered"))
        }

        @Test(arguments: ["dhcpcd", "udhcpc", "dhclient"])
        func `D14 a client that finds its new address in use declines it, and is given another`(name: String) throws {
            let bellhop = try lab.bellhop(LeaseScene.configuration("10.9.20.0-10.9.20.1"), isNew: true)
            defer { bellhop.program.end() }
            let phone = lab.phone
            defer { try? phone.forgetAddresses() }
            // It comes when the daemon has asked for the address already and nobody answered.
            try lab.clients.ip("addr", "add", "10.9.20.0/16", "dev", "lab0")
            defer { try? lab.clients.ip("addr", "del", "10.9.20.0/16", "dev", "lab0") }
            let client: Program
            switch name {
            case "dhcpcd": client = try phone.dhcpcd()
            case "udhcpc": client = try phone.udhcpc("-a")
            default:
                try? FileManager.default.removeItem(atPath: phone.dhclientLeases)
                try phone.letNextAddressBeTaken()
                client = try phone.dhclient()
            }
            defer { client.end() }
            try bellhop.wait(for: "lease.declined", mac: phone.mac, ["address": "10.9.20.0"])
            try bellhop.wait(for: "lease.given", mac: phone.mac, ["address": "10.9.20.1"])
        }

        @Test func `a tagged client is offered and given its address in its VLAN`() throws {
            let bellhop = try lab.bellhop(isNew: true)
            defer { bellhop.program.end() }
            let client = try InformClient(lab.clients)
            for (index, row) in TaggedFrameTests.stacks.enumerated() {
                let mac = MACAddress(bits: 0x0004_1330_0000 + UInt64(index))
                let (offered, offer) = try client.answer(to: client.discover(as: mac, tags: row.tags))
                #expect(offer.type == .offer)
                let (given, ack) = try client.answer(to: client.request(offer, as: mac, tags: row.tags))
                #expect(ack.type == .acknowledge)
                #expect(ack.yourAddress == offer.yourAddress)
                for frame in [offered, given] {
                    #expect(frame.tags == row.tags, "\(row.name)")
                    #expect(frame.destinationMAC == mac)
                }
            }
        }
    }
}

import Packets
import Provisioning
import Testing
import VendorCatalogue

@Suite struct IdentityTests {
    private func seen(_ mac: MACAddress? = nil, _ change: (inout Observations) -> Void = { _ in }) -> Observations {
        var seen = Observations(mac: mac)
        change(&seen)
        return seen
    }

    /// A small catalogue: two brands, prefixes of each kind.
    private func catalogue(_ more: [Family] = []) throws -> Catalogue {
        try Catalogue(
            [
                family(
                    "{id: a-desk, vendor: a, confidence: manual, recognise: {oui: [00aa00], oui-shared: [00cc00], vendor-class: [\"a{model}\"], event-vendor: [a], fingerprint: [\"1,3\"]}, files: [{name: \"a-{mac}-x.cfg\"}]}"
                ),
                family("{id: a-dect, vendor: a, confidence: code, recognise: {oui: [00aa00], vendor-class: [\"aM*\"]}}"),
                family(
                    "{id: b, vendor: b, recognise: {oui: [00bb00, 00aa001], oui-shared: [00cc00], user-agent: [\"b {model} {version} {mac}\"], event-vendor: [b], fingerprint: [\"1,3\"]}}"
                ),
            ] + more)
    }

    @Test func `nothing speaks for nobody`() throws {
        let identity = try catalogue().identify(seen())
        #expect(!identity.isRecognised)
        #expect(identity.evidence.isEmpty)
    }

    @Test func `the longest prefix wins`() throws {
        #expect(try catalogue().identify(seen(mac("00aa00200000"))).vendor == "a")
        #expect(try catalogue().identify(seen(mac("00aa001fffff"))).family?.id == "b")
        #expect(try catalogue().longestPrefix(of: mac("00aa001fffff"))?.prefix.length == 28)
        #expect(try catalogue().longestPrefix(of: mac("000000000000")) == nil)
    }

    @Test func `of a brand's families that draw level the one known best stands for them`() throws {
        let identity = try catalogue().identify(seen(mac("00aa00200000")))
        #expect((identity.vendor, identity.family?.id) == ("a", "a-desk"))
    }

    @Test func `the most particular pattern speaks`() throws {
        let identity = try catalogue().identify(seen { $0.vendorClass = Array("aM700".utf8)[...] })
        #expect(identity.family?.id == "a-dect")
        #expect(try catalogue().identify(seen { $0.vendorClass = Array("a700".utf8)[...] }).family?.id == "a-desk")
    }

    @Test func `a shared prefix recognises nothing alone, and supports what else there is`() throws {
        let address = try mac("00cc00000001")
        let alone = try catalogue().identify(seen(address))
        #expect(!alone.isRecognised)
        #expect(alone.evidence.map(\.weight) == [15])
        #expect(alone.evidence.first?.families == ["a-desk", "b"])
        // With a list of option 55 that both brands have it stays a draw.
        let drawn = try catalogue().identify(seen(address) { $0.parameterRequestList = [1, 3] })
        #expect(!drawn.isRecognised)
        let told = try catalogue().identify(seen(address) { $0.eventVendor = "b" })
        #expect(told.vendor == "b")
        #expect(told.evidence.map(\.weight) == [15, 45])
    }

    @Test func `brands that draw level are not recognised`() throws {
        let identity = try catalogue().identify(
            seen {
                $0.vendorClass = Array("a700".utf8)[...]
                $0.userAgent = Array("b X1 2.0 00bb00000001".utf8)[...]
            })
        #expect(identity.vendor == nil && identity.family == nil)
        #expect(Set(identity.evidence.flatMap(\.families)) == ["a-desk", "b"])
    }

    @Test func `what a phone says outweighs its prefix`() throws {
        let identity = try catalogue().identify(
            seen(mac("00aa00200000")) { $0.userAgent = Array("b X1 2.0 00bb00000001".utf8)[...] })
        #expect((identity.vendor, identity.model, identity.version) == ("b", "X1", "2.0"))
        #expect(identity.mac == (try mac("00aa00200000")))
    }

    @Test func `an address that a phone tells of itself is taken where no other is known`() throws {
        #expect(
            try catalogue().identify(seen { $0.userAgent = Array("b X1 2.0 00bb00000001".utf8)[...] }).mac == mac("00bb00000001"))
    }

    /// snom's own documentation shows vendor="OEM";model="OEM".
    @Test(arguments: ["OEM", "oem", "Oem"])
    func `OEM counts for nothing`(word: String) throws {
        let oem = try catalogue([family("{id: c, vendor: c, recognise: {event-vendor: [OEM], event-model: [OEM]}}")])
        let identity = oem.identify(
            seen {
                $0.eventVendor = word
                $0.eventModel = word
                $0.eventVersion = "1.0"
            })
        #expect(!identity.isRecognised && identity.evidence.isEmpty)
        #expect(identity.model == nil)
        #expect(identity.version == "1.0")
        #expect(try oem.identify(seen(mac("00aa00200000")) { $0.eventVendor = word }).vendor == "a")
    }

    @Test func `a vendor class may end in NULs`() throws {
        #expect(try catalogue().identify(seen { $0.vendorClass = Array("a700\0\0".utf8)[...] }).model == "700")
    }

    @Test func `a list of option 55 counts whole and in its order`() throws {
        func evidence(_ list: ArraySlice<UInt8>) throws -> [Evidence] {
            try catalogue().identify(seen { $0.parameterRequestList = list }).evidence
        }
        #expect(try evidence([1, 3]).map(\.value) == ["1,3"])
        #expect(try evidence([3, 1]).isEmpty)
        #expect(try evidence([1, 3, 6]).isEmpty)
    }

    @Test func `a file's name counts where it is a maker's own`() throws {
        let own = try catalogue().identify(seen { $0.fileName = "a-000000000001-x.cfg" })
        #expect(own.family == nil && own.evidence.isEmpty, "two letters tell nobody")
        let bare = try Catalogue([family("{id: c, vendor: c, files: [{name: \"{mac}.cfg\"}]}")])
        #expect(bare.identify(seen { $0.fileName = "000000000001.cfg" }).evidence.isEmpty)
        let named = try Catalogue([family("{id: c, vendor: c, files: [{name: \"cfg{mac}.xml\"}, {name: \"cfg{model}.xml\"}]}")])
        let identity = named.identify(seen { $0.fileName = "cfg00aa00000001.xml" })
        #expect(identity.vendor == "c")
        #expect(identity.model == nil)
        #expect(identity.mac == (try mac("00aa00000001")))
        let shared = try Catalogue([
            family("{id: c, vendor: c, files: [{name: \"config.xml\"}]}"),
            family("{id: d, vendor: d, files: [{name: \"config.xml\"}]}"),
        ])
        #expect(shared.identify(seen { $0.fileName = "config.xml" }).evidence.isEmpty)
    }

    /// A J100 says the same as a 96x1; the newer prefixes are likelier a J100's.
    @Test(arguments: [
        ("c81fea123456", "avaya-j100-sip"), ("c41f3aef9689", "avaya-j100-sip"), ("001b4f123456", "avaya-96x1-46xx"),
    ])
    func `an Avaya phone in DHCP is of the family that its prefix makes likelier, and led by either's script`(
        address: String, family: String
    ) throws {
        let phone = try mac(address)
        for file in ["J100Supgrade.txt", "96x1Supgrade.txt", "46xxsettings.txt"] {
            let heard = Heard.snomInform {
                $0.sourceMAC = phone
                $0.message.hardwareAddress = (phone.octets + [UInt8](repeating: 0, count: 10))[...]
                $0.message.options[.vendorClass] = Array("ccp.avaya.com".utf8)[...]
                $0.message.options[.parameterRequestList] = [1, 28, 3, 6, 15, 42, 242]
            }
            let decision = try heard.decision(policy(files: [file]))
            #expect(decision.identity.family?.id == family)
            #expect(decision.answer != nil, "\(file)")
        }
    }

    /// Htek's phones ask for `cfg0010.xml`, Grandstream's for `cfggrp2614.xml`.
    @Test func `what another brand reads as a number is no model, and what two brands ask for speaks for neither`() {
        let number = shipped.identify(seen { $0.fileName = "cfg0010.xml" })
        #expect(number.vendor == nil && number.model == nil && number.evidence.isEmpty)
        let model = shipped.identify(seen { $0.fileName = "cfggrp2614.xml" })
        #expect((model.vendor, model.model) == ("grandstream", "grp2614"))
    }

    @Test func `what was learnt of a phone holds while nothing better is seen`() throws {
        var learnt = LearntDevice(lastSeen: Moment(microseconds: 0))
        (learnt.familyID, learnt.model, learnt.version) = ("b", "X1", "2.0")
        let identity = try catalogue().identify(seen { $0.learnt = learnt })
        #expect((identity.family?.id, identity.model, identity.version) == ("b", "X1", "2.0"))
        let better = try catalogue().identify(
            seen {
                $0.learnt = learnt
                $0.vendorClass = Array("a700".utf8)[...]
            })
        #expect((better.vendor, better.model) == ("a", "700"))
        learnt.familyID = "gone"
        #expect(try !catalogue().identify(seen { $0.learnt = learnt }).isRecognised)
    }

    @Test func `a row of devices csv speaks for its vendor, and names model and label`() throws {
        var known = KnownDevice(mac: phoneMAC)
        (known.vendor, known.model, known.label) = ("b", "X9", "Lobby")
        let identity = try catalogue().identify(
            seen {
                $0.known = known; $0.userAgent = Array("b X1 2.0 00bb00000001".utf8)[...]
            })
        #expect((identity.vendor, identity.model, identity.label) == ("b", "X9", "Lobby"))
        #expect(identity.evidence.map(\.source) == [.userAgent, .knownDevice])
    }

    @Test func `T3 a string is compared with few patterns, however many families there are`() throws {
        func family(_ number: Int) throws -> Family {
            let name = hexText([UInt8(number >> 8), UInt8(number & 0xff)])
            return try ProvisioningTests.family(
                "{id: f\(number), vendor: v\(number), recognise: {vendor-class: [\"\(name)-phone {model}\"], fingerprint: [\"1,\(number % 200)\"]}}"
            )
        }
        let catalogue = try Catalogue((1...2000).map { try family($0) })
        let sign = Array("07d0-phone X1".utf8)[...]
        #expect(catalogue.vendorClasses.candidates(for: sign).count <= 256)
        #expect(catalogue.identify(seen { $0.vendorClass = sign }).family?.id == "f2000")
        for index in [shipped.vendorClasses, shipped.userAgents, shipped.eventVendors, shipped.fileNames] {
            #expect(index.candidates(for: Array("zz".utf8)[...]).count <= 40, "patterns that are tried on every string")
        }
        #expect(shipped.vendorClasses.candidates(for: Array("snomD735".utf8)[...]).count <= 8)
        #expect(shipped.vendorClasses.candidates(for: []).allSatisfy { $0.pattern.beginning == nil })
    }

    @Test func `the user's own family outranks the program's for the same prefix, and takes the place of one of its id`() throws {
        let own = try catalogue([family("{id: mine, vendor: mine, recognise: {oui: [00aa00]}}", isUsersOwn: true)])
        #expect(own.identify(try seen(mac("00aa00200000"))).vendor == "mine")
        #expect(own.identify(try seen(mac("00bb00200000"))).vendor == "b")
        let replaced = try catalogue([family("{id: b, vendor: b2, recognise: {oui: [00dd00]}}", isUsersOwn: true)])
        #expect(replaced.families.map(\.id) == ["a-desk", "a-dect", "b"])
        #expect(replaced.identify(try seen(mac("00dd00200000"))).vendor == "b2")
        #expect(replaced.longestPrefix(of: try mac("00bb00200000")) == nil)
    }

    @Test func `a family goes by its brand and by its own name`() throws {
        let catalogue = try catalogue()
        #expect(catalogue.families(named: "a").map(\.id) == ["a-desk", "a-dect"])
        #expect(catalogue.families(named: "a-dect").map(\.id) == ["a-dect"])
        #expect(catalogue.names == ["a", "a-dect", "a-desk", "b"])
        #expect(catalogue.family("a") == nil)
    }

    @Test func `T12 evidence is printable and short`() throws {
        let sign = Array("aM\u{1b}[31m\\".utf8) + [0xff]
        let identity = try catalogue().identify(seen { $0.vendorClass = sign[...] })
        #expect(identity.evidence.map(\.value) == ["aM\\x1b[31m\\x5c\\xff"])
        #expect(printable([0x61, 0x0a, 0x1b, 0xff, 0x5c, 0x7f]) == "a\\x0a\\x1b\\xff\\x5c\\x7f")
        #expect(printable([UInt8](repeating: 0x61, count: 5000)[...]).utf8.count == 200)
    }

    @Test func `memory forgets those who were silent for longest`() throws {
        let memory = DeviceMemory(capacity: 16)
        let catalogue = try catalogue()
        for number in 1...17 {
            let identity = catalogue.identify(seen(MACAddress(bits: 0x00bb_0000_0000 + UInt64(number))))
            memory.learn(
                identity, address: IPv4Address(bits: 0xc0a8_3200 + UInt32(number)), interface: "eth1",
                at: Moment(microseconds: Int64(number)))
        }
        #expect(memory.device(MACAddress(bits: 0x00bb_0000_0001)) == nil)
        #expect(memory.device(at: IPv4Address(bits: 0xc0a8_3201)) == nil)
        #expect(memory.device(MACAddress(bits: 0x00bb_0000_0011))?.familyID == "b")
        #expect(memory.device(at: IPv4Address(bits: 0xc0a8_3211))?.mac == MACAddress(bits: 0x00bb_0000_0011))
    }

    @Test func `T3 memory forgets those who came for a moment before those who stayed`() throws {
        let memory = DeviceMemory(capacity: 16)
        let catalogue = try catalogue()
        func meet(_ number: Int, at second: Int64) {
            let identity = catalogue.identify(seen(MACAddress(bits: 0x00bb_0000_0000 + UInt64(number))))
            memory.learn(identity, address: nil, interface: "eth1", at: Moment(microseconds: second * 1_000_000))
        }
        meet(1, at: 0)
        meet(1, at: 60)
        for number in 2...1000 { meet(number, at: 60 + Int64(number)) }
        #expect(memory.device(MACAddress(bits: 0x00bb_0000_0001)) != nil)
        #expect(memory.device(MACAddress(bits: 0x00bb_0000_0002)) == nil)
    }

    @Test func `an address belongs to whom it was last seen with`() throws {
        let memory = DeviceMemory()
        let catalogue = try catalogue()
        let (one, two) = (try mac("00bb00000001"), try mac("00bb00000002"))
        memory.learn(catalogue.identify(seen(one)), address: phoneAddress, interface: nil, at: Moment(microseconds: 1))
        memory.learn(catalogue.identify(seen(two)), address: phoneAddress, interface: nil, at: Moment(microseconds: 2))
        #expect(memory.device(at: phoneAddress)?.mac == two)
        memory.learn(
            catalogue.identify(seen(one)), address: IPv4Address(192, 168, 50, 99), interface: nil, at: Moment(microseconds: 3))
        #expect(memory.device(at: phoneAddress)?.mac == two)
        // Who is not known and has no address is not worth remembering.
        memory.learn(catalogue.identify(seen(try mac("00ee00000001"))), address: nil, interface: nil, at: Moment(microseconds: 4))
        #expect(memory.device(try mac("00ee00000001")) == nil)
    }
}

import Packets
import Provisioning
import Testing
import VendorCatalogue

/// What was found out about a URL is kept for phones of a kind; an answer must not outlive what it rests on.
@Suite struct ToldURLTests {
    private let other = MACAddress(bits: 0x0004_13ab_cdef)

    private func inform(from mac: MACAddress = phoneMAC, vendorClass: String = "snomD735") -> Heard {
        .snomInform {
            $0.sourceMAC = mac
            $0.message.hardwareAddress = (mac.octets + [UInt8](repeating: 0, count: 10))[...]
            $0.message.options[.vendorClass] = Array(vendorClass.utf8)[...]
        }
    }

    @Test func `a file that goes, and comes again, is told of so`() throws {
        var policy = try policy()
        for _ in 0..<2 {
            #expect(try inform().decision(policy).answer != nil)
            policy = policy.with(tree: TreeSnapshot())
            #expect(try inform().decision(policy).silence == .nothingToServe("http://192.168.50.1/"))
            policy = policy.with(tree: TreeSnapshot(files: snomTree))
        }
    }

    @Test func `another configuration and another catalogue are looked at anew`() throws {
        var changed = try policy(
            "url: \"http://{server}/a/\"\nrules: [{name: all, match: {vendor: snom}, url: \"http://{server}/a/\"}]")
        #expect(try inform().decision(changed).silence == .nothingToServe("http://192.168.50.1/a/"))
        let alias = try policy(
            "rules: [{name: all, match: {vendor: snom}, url: \"http://{server}/a/\", aliases: {\"a/snom{model}.htm\": \"snomD735.htm\"}}]"
        )
        changed = changed.with(alias.settings, changed.catalogue)
        #expect(try inform().decision(changed).answer != nil)
        let catalogue = Catalogue([
            try family(
                """
                id: snom-desk
                vendor: snom
                recognise: {vendor-class: "snom{model}"}
                files: [{name: "other.cfg"}]
                """)
        ])
        changed = changed.with(alias.settings, catalogue)
        #expect(try inform().decision(changed).answer == nil)
    }

    @Test func `one phone's own file is no other's of its kind`() throws {
        for files in [["snomD735-000413123456.htm"], ["devices/000413123456/snomD735.htm"]] {
            let policy = try policy(files: files)
            for _ in 0..<2 {
                #expect(try inform().decision(policy).answer != nil)
                #expect(try inform(from: other).decision(policy).silence == .nothingToServe("http://192.168.50.1/"))
            }
        }
    }

    @Test func `phones of another model, and of another rule, are another kind`() throws {
        let policy = try policy(
            "rules: [{name: one, match: {mac: \"00:04:13:12:34:56\"}, aliases: {\"snomD785.htm\": \"snomD735.htm\"}}]",
            files: ["snomD735.htm"])
        #expect(try inform(from: other).decision(policy).answer != nil)
        #expect(try inform(from: other, vendorClass: "snomD785").decision(policy).answer == nil)
        #expect(try inform(vendorClass: "snomD785").decision(policy).answer != nil)
        #expect(try inform(from: other, vendorClass: "snomD785").decision(policy).answer == nil)
    }

    /// AudioCodes: <server>/[firmware][;configuration].
    @Test(
        arguments: [
            ("both", "abc.img;efg.cfg", ["abc.img", "efg.cfg"], true),
            ("the firmware alone", "abc.img;efg.cfg", ["abc.img"], true),
            ("the configuration alone", "prov/abc.img;efg.cfg", ["prov/efg.cfg"], true),
            ("a configuration without firmware", ";<MODEL>_<MAC>_conf.cfg", ["440HD_00908F602AAC_conf.cfg"], true),
            ("another phone's", ";<MODEL>_<MAC>_conf.cfg", ["440HD_00908F602AAD_conf.cfg"], false),
            ("neither", "abc.img;efg.cfg", ["efg.img"], false),
            ("a folder's file is none of the root's", "abc.img", ["prov/abc.img"], false),
        ] as [(String, String, [String], Bool)])
    func `a URL that names several files leads somewhere where one of them is there`(
        name: String, path: String, files: [String], leads: Bool
    ) throws {
        let policy = try policy(
            "rules: [{match: {mac: 00908f602aac}, url: \"http://{server}/\(path)\"}]", files: files,
            devices: "mac,vendor,model\n00908f602aac,audiocodes-4xxhd,440HD\n")
        let decision = try inform(from: MACAddress(bits: 0x0090_8f60_2aac), vendorClass: "x").decision(policy)
        #expect((decision.answer != nil) == leads, "\(decision.silence?.sentence ?? "")")
        // Another family reads one name.
        let snom = try ProvisioningTests.policy(
            "rules: [{match: {vendor: snom}, url: \"http://{server}/abc.img;efg.cfg\"}]", files: ["abc.img", "efg.cfg"])
        #expect(try inform().decision(snom).answer == nil)
    }

    /// Twelve digits that no phone has as its address are nobody's, and no phone asks for them.
    @Test func `a name with a number that looks like an address leads nobody there`() throws {
        let yealink = try policy(files: ["000000000028.cfg"])
        let heard = inform(from: MACAddress(bits: 0x805e_c012_3456), vendorClass: "yealink")
        for _ in 0..<2 { #expect(try heard.decision(yealink).silence == .nothingToServe("http://192.168.50.1/")) }
    }
}

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

    /// Twelve digits that no phone has as its address are nobody's, and no phone asks for them.
    @Test func `a name with a number that looks like an address leads nobody there`() throws {
        let yealink = try policy(files: ["000000000028.cfg"])
        let heard = inform(from: MACAddress(bits: 0x805e_c012_3456), vendorClass: "yealink")
        for _ in 0..<2 { #expect(try heard.decision(yealink).silence == .nothingToServe("http://192.168.50.1/")) }
    }
}

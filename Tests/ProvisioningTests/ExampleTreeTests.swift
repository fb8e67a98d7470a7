import ConfigFiles
import ConfigTree
import DHCPMessages
import Foundation
import Packets
import Provisioning
import TestSupport
import Testing
import VendorCatalogue

/// The lab of `conf/examples`: the five systems' trees laid over each other.
@Suite struct ExampleTreeTests {
    private func lab() throws -> Policy {
        try withExamples { folder in
            let problems = ConfigProblems()
            let bytes = Array(try Data(contentsOf: folder.appending(path: "lab.yaml")))
            var settings = Settings(try YAMLDocument.parse(bytes, file: "lab.yaml"), vendors: shipped.names, problems)
            let table = try String(contentsOf: folder.appending(path: "devices.csv"), encoding: .utf8)
            settings.take(readKnownDevices(table, file: "devices.csv", vendors: shipped.names, problems))
            #expect(problems.inOrder.map(\.description) == [])
            let root = folder.appending(path: "tree").path
            let entries = try FileManager.default.subpathsOfDirectory(atPath: root).filter { entry in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: root + "/" + entry, isDirectory: &isFolder) && !isFolder.boolValue
            }
            return Policy(settings: settings, catalogue: shipped, tree: TreeSnapshot(files: entries))
        }
    }

    /// The table in the examples' README.
    @Test(
        arguments: [
            ("000413123456", "snomD735", "snom-desk", ["snomD735.htm", "snomD735-000413123456.htm"]),
            (
                "001765123456", "Nortel-SIP-Phone-A\0", "avaya-1200-sip",
                ["1230SIP.cfg", "DeviceConfig.cfg", "SIP001765123456.cfg"]
            ),
            ("3c28a6123456", "", "ale-dbid", ["config.xml", "config.3c28a6123456.xml", "3C28A6123456"]),
            ("0013d1123456", "", "spectralink-ipdect", ["kws.bin.ver", "0013d1123456-config.xml", "0013D1123456-users.xml"]),
            ("020000413501", "", nil, ["ot4135-020000413501.xml"]),
        ] as [(String, String, String?, [String])])
    func `every phone of the example is told to come, and finds its files`(
        address: String, vendorClass: String, id: String?, files: [String]
    ) throws {
        let policy = try lab()
        let heard = Heard.snomInform {
            $0.message.hardwareAddress = ((MACAddress(address)?.octets ?? []) + [UInt8](repeating: 0, count: 10))[...]
            $0.message.options[.vendorClass] = vendorClass.isEmpty ? nil : Array(vendorClass.utf8)[...]
        }
        let decision = try heard.decision(policy)
        #expect(decision.identity.family?.id == id)
        #expect(decision.answer != nil, "\(decision.silence?.sentence ?? "")")
        let rule = policy.settings.rules.first { $0.name == decision.rule }
        let view = PhoneView(of: policy.tree, for: decision.identity, rule: rule)
        for name in files { #expect(view.file(name) != nil, "\(name)") }
    }

    @Test func `what is on the uplink is ignored`() throws {
        let heard = Heard.snomInform { $0.link.interface = "uplink0" }
        #expect(try heard.decision(lab()).silence == .ruleIgnores("not on the uplink"))
        let other = Heard.snomInform {
            $0.link.interface = "uplink0"
            $0.message.options[.vendorClass] = Array("snom870".utf8)[...]
        }
        #expect(try other.decision(lab()).silence == .ruleIgnores("not on the uplink"))
    }
}

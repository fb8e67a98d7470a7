import ConfigFiles
import FileServing
import FileTree
import Foundation
import Packets
import Provisioning
import TestSupport
import Testing

/// The templates of `conf/examples`, filled with the `devices.csv` beside them.
@Suite struct `The templates of the examples` {
    private func made(_ name: String, for mac: MACAddress) throws -> String {
        try withExamples { folder in
            let configuration = try Configuration.load(path: folder.appending(path: "lab.yaml").path)
            let tree = try FileTree(root: configuration.settings.root)
            let policy = Policy(settings: configuration.settings, catalogue: configuration.catalogue, tree: tree.snapshot)
            let asker = policy.asker(
                for: name, userAgent: nil, at: IPv4Address(10, 77, 0, 13), server: IPv4Address(10, 77, 0, 1), provenMAC: mac,
                learnt: { _ in nil })
            let found = try FileFinder(tree, policy).find(name, for: asker)
            #expect(found.isSecret && found.file.isTemplate)
            return String(decoding: try found.content.read(from: 0, count: 1 << 16), as: UTF8.self)
        }
    }

    @Test(arguments: ["config.3C28A6123456.xml", "3C28A6123456", "3c28a6123456"])
    func `XML by each name that the phone asks by`(name: String) throws {
        #expect(
            try made(name, for: MACAddress(bits: 0x3c28_a612_3456)) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <!-- The phone 3c:28:a6:12:34:56 -->
                <settings>
                  <setting id="Account1Enable" value="true"/>
                  <setting id="Account1Label" value="203"/>
                  <setting id="Account1DisplayName" value="Meeting room"/>
                  <setting id="Account1UserName" value="203"/>
                  <setting id="Account1RegName" value="203"/>
                  <setting id="Account1Password" value="PASSWORD-GOES-HERE"/>
                  <setting id="Account1Server1Address" value="192.0.2.10"/>
                  <setting id="Account1Server1Port" value="5060"/>
                </settings>

                """)
    }

    @Test func `plain text`() throws {
        #expect(
            try made("SIP001765123456.cfg", for: MACAddress(bits: 0x0017_6512_3456)) == """
                # Settings of the phone 00:17:65:12:34:56, Warehouse.
                # No line may be longer than 80 characters.

                AUTOLOGIN_ENABLE USE_AUTOLOGIN_ID
                AUTOLOGIN_AUTHID_KEY01 202
                AUTOLOGIN_ID_KEY01 202@192.0.2.10
                AUTOLOGIN_PASSWD_KEY01 PASSWORD-GOES-HERE

                """)
    }
}

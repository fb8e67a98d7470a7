import Packets
import Testing

@testable import PhoneSimulator

@Suite struct FollowUpTests {
    private let mac = MACAddress(bits: 0x0017_6512_3456)

    private func avaya(_ text: String) -> [FollowUp] {
        FollowUp.avaya(text, mac: mac, version: "04.04.09.00")
    }

    @Test func `an Avaya asks for what its sections name, in their order`() {
        let text = """
            # FILENAME no.cfg
            [DEVICE_CONFIG]
            DOWNLOAD_MODE AUTO
            VERSION 000001
            FILENAME DeviceConfig.cfg
            #FILENAME no.cfg
            # [FW]
            PROTOCOL HTTP

            [USER_CONFIG]
            VERSION 000001
            PROTOCOL HTTP
            #[TONES]
            """
        #expect(
            avaya(text) == [
                FollowUp(name: "DeviceConfig.cfg", scheme: .http), FollowUp(name: "SIP001765123456.cfg", scheme: .http),
            ])
    }

    @Test func `an Avaya's section without PROTOCOL is fetched by TFTP`() {
        #expect(avaya("[DEVICE_CONFIG]\r\nFILENAME a.cfg\r\n") == [FollowUp(name: "a.cfg", scheme: .tftp)])
    }

    @Test func `an Avaya without USER_CONFIG does not ask for its own file`() {
        #expect(avaya("[DEVICE_CONFIG]\nVERSION 1\n") == [])
    }

    @Test func `an Avaya reads up to a line of more than 80 characters`() {
        let long = "# " + String(repeating: "x", count: 79)
        #expect(avaya("[DEVICE_CONFIG]\nFILENAME a.cfg\n\(long.dropLast())\n[USER_CONFIG]\n").count == 2)
        #expect(avaya("[DEVICE_CONFIG]\nFILENAME a.cfg\n\(long)\n[USER_CONFIG]\n").count == 1)
    }

    @Test func `an Avaya passes over the firmware that it has`() {
        #expect(avaya("[FW]\nVERSION SIP12x004.04.09.00\nFILENAME a.bin\n") == [])
        #expect(avaya("[FW]\nVERSION SIP12x004.05.00.00\nFILENAME a.bin\n").map(\.name) == ["a.bin"])
    }

    @Test func `a Spectralink asks for every group of its list`() {
        let text = "GROUP100 VERSION1\r\nGROUP101\tVERSION2\r\n"
        #expect(
            FollowUp.spectralink(text, unit: "0013d1800032").map(\.name) == [
                "0013d1800032-handset_config_group_100.xml", "0013d1800032-handset_config_group_101.xml",
            ])
    }

    @Test(arguments: [
        "group100 version1", "GROUP100", "GROUP100, VERSION1", "GROUP0 VERSION1", "GROUP10000 VERSION1", "GROUPx VERSION1",
    ])
    func `a Spectralink passes over lines of another form`(line: String) {
        #expect(FollowUp.spectralink(line, unit: "x") == [])
    }

    @Test func `only the file that names others is read`() throws {
        let avaya = try phone("avaya-1200-sip")
        let list = "[DEVICE_CONFIG]\nFILENAME a.cfg\n"
        #expect(FollowUp.files(after: "1230SIP.cfg", holding: list, for: avaya).count == 1)
        #expect(FollowUp.files(after: "DeviceConfig.cfg", holding: list, for: avaya) == [])
        #expect(FollowUp.files(after: "1230SIP.cfg", holding: list, for: try phone("snom-desk")) == [])
        let spectralink = try phone("spectralink-ipdect")
        #expect(FollowUp.files(after: "ab-handset_config_list.ver", holding: "GROUP1 VERSION1", for: spectralink).count == 1)
        #expect(FollowUp.files(after: "kws.bin.ver", holding: "GROUP1 VERSION1", for: spectralink) == [])
    }

    @Test func `an Avaya asks for its provisioning file and nothing else of its own accord`() throws {
        #expect(try phone("avaya-1200-sip").firstFileNames == ["1230SIP.cfg"])
    }

    @Test func `names with wildcards are left out`() throws {
        let names = try phone("spectralink-ipdect", mac: "0013d1800032").firstFileNames
        #expect(names.first == "0013d1800032-config.xml")
        #expect(!names.contains { $0.contains("*") || $0.contains("?") || $0.contains("{") })
    }
}

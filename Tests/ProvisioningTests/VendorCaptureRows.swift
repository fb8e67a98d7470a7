import Packets

/// From what the families' sources say of how each is told.
extension VendorCapture {
    private typealias Row = VendorCapture

    private static let root = "'http://192.168.50.1/'"
    private static let psn = "'http://192.168.50.1/spa$PSN.cfg'"
    private static let host = "'http://192.168.50.1'"
    private static let other = "'http://192.0.2.9/'"

    static let all: [VendorCapture] = [
        Row("alcatel-ot4135", [(66, root)], ["dhcp.option.tftp_server_name": "http://192.168.50.1/"]),
        Row(
            "ale-dbid", [(43, "42 14 \(root)"), (66, root)], ["dhcp.option.tftp_server_name": "http://192.168.50.1/"],
            expert: "length isn't 1"),
        Row("audiocodes-4xxhd", [(66, host), (160, host)], ["dhcp.option.captive_portal": "http://192.168.50.1"]),
        Row(
            "avaya-1200-sip", [(66, host), (60, "'Nortel-SIP-Phone-A' 00")],
            ["dhcp.option.vendor_class_id": "Nortel-SIP-Phone-A", "dhcp.option.tftp_server_name": "http://192.168.50.1"]),
        Row("fanvil", [(43, "'http://192.168.50.1/$mac.cfg'"), (66, "'http://192.168.50.1/$mac.cfg'")]),
        Row("gigaset-n510-n720", [(114, "'http://192.168.50.1/002104000012.xml'")]),
        Row("gigaset-n870-maxwell-p", [(114, "'http://192.168.50.1/7C2F80000012.xml'")]),
        Row("grandstream", [(66, root)]),
        Row("panasonic-hdv-tgp", [(66, "'http://192.168.50.1/{MODEL}.cfg'")]),
        Row("polycom-ucs", [(160, root), (66, root)]),
        Row("snom-dect", [(66, root)]),
        Row(
            "alcatel-iptouch", [(43, "43 13 \(host)")],
            ["dhcp.file": "sipconfig.txt"]),
        Row("ale-myriad", [(43, "42 14 \(root)")], expert: "length isn't 1"),
        Row("tiptel", [(43, root), (66, root)]),
        Row("poly-edge", [(160, root), (66, root)]),
        Row("mitel-68xx-69xx", [(43, "02 13 \(host)"), (66, host), (159, host), (160, host)], expert: "length must be 4"),
        Row("avaya-j100-sip", [(242, "'HTTPSRVR=192.168.50.1'")]),
        Row("avaya-96x1-46xx", [(242, "'HTTPSRVR=192.168.50.1'")]),
        Row(
            "avaya-96x1-46xx", as: "avaya-46xx", asked: [1, 28, 3, 6, 15, 42, 43, 176, 66],
            [(176, "'TFTPSRVR=192.168.50.1'"), (66, "'192.168.50.1'")]),
        Row("htek", [(66, root)]),
        Row("sangoma-s", [(66, root)]),
        Row("digium", [(66, root)]),
        Row("cisco-spa", [(66, psn), (160, psn), (159, psn)], expert: "length must be 4"),
        Row("linksys-sipura", [(66, "'192.168.50.1'"), (150, "c0a83201")]),
        Row("cisco-mpp", [(66, "'http://192.168.50.1/$MA.xml'"), (160, "'http://192.168.50.1/$MA.xml'")]),
        Row("cisco-enterprise", [(66, "'192.168.50.1'"), (150, "c0a83201")]),
        Row("patton-smartnode", [(66, "'http://192.168.50.1/$(system.mac).cfg'")]),
        Row("cyberdata", [(66, root)]),
        Row("zenitel", [(66, "'192.168.50.1'")]),
        Row("swissvoice", [(66, "'192.168.50.1'"), (67, "'swupdate_ip10.inf'")]),
        Row("vtech-vsp", [(66, root)]),
        Row("flyingvoice", [(66, root)]),
        Row("audiocodes-gateway", [(160, host)]),
        Row("2n", [(66, "'192.168.50.1'"), (150, "c0a83201")]),
        Row(
            "auerswald-comfortel",
            [(43, "42 14 \(host) 00 43 0c '<HWTYP>.bak' 00"), (66, host), (67, "'<HWTYP>.bak'")],
            expert: "length isn't 1"),
        Row(
            "snom-desk", asked: [1, 3, 6, 12, 15, 42, 43, 66, 67, 120], [(43, "42 15 \(root) 00"), (66, root)],
            expert: "length isn't 1"),
        Row("spectralink-ipdect", [(66, host)]),
        Row("yealink", [(66, root)]),
        Row(
            "snom-desk", as: "snom-desk-relayed", isRelayed: true, [(66, root), (82, "01 04 'eth1' 02 03 'sw1'")],
            [
                "dhcp.option.agent_information_option.agent_circuit_id": "65746831", "dhcp.ip.relay": "10.0.20.1",
                "ip.dst": "10.0.20.31",
            ]),
        Row(
            "snom-desk", as: "snom-desk-tagged", tags: [VLANTag(control: 0xa014)], [(66, root)],
            ["vlan.id": "20", "vlan.priority": "5"]),
        Row(
            "snom-desk", as: "snom-desk-lease", asked: [1, 3, 6, 15, 42, 28, 66], lease: true,
            [
                (51, "00000e10"), (58, "00000708"), (59, "00000c4e"), (61, ""), (1, "ffffff00"), (3, "c0a832fe"),
                (6, "c0a83201 09090909"),
                (15, "'phones.example'"), (42, "c0a83201"), (28, "c0a832ff"), (66, root),
            ],
            [
                "dhcp.option.dhcp": "2", "dhcp.ip.your": "192.168.50.100", "dhcp.ip.client": "0.0.0.0",
                "ip.dst": "192.168.50.100",
                "dhcp.option.ip_address_lease_time": "3600", "dhcp.option.subnet_mask": "255.255.255.0",
                "dhcp.option.router": "192.168.50.254",
                "dhcp.option.domain_name": "phones.example",
            ]),
        Row(
            "avaya-1200-sip", as: "avaya-1200-sip-header", asked: [1, 3, 6], [(60, "'Nortel-SIP-Phone-A' 00")],
            ["dhcp.server": "http://192.168.50.1"]),
        // Nobody says which options these heed: they are told what phones are told in general.
        Row("akuvox", [(66, root)]), Row("algo", [(66, root)]), Row("atcom", [(66, root)]), Row("atcom-legacy", [(66, root)]),
        Row("escene", [(66, root)]), Row("konftel-300ip", [(66, root)]), Row("mitel-53xx-sip", [(66, root)]),
        Row("obihai", [(66, root)]), Row("rtx-dect", [(66, root)]), Row("zultys", [(66, root)]),
        // What only a rule can say.
        Row(
            "mitel-minet", asked: [43, 125],
            rule: """
                options: {43: "id:ipphone.mitel.com;sw_tftp={server};call_srv=192.0.2.9;vlan=20",
                          125: {enterprise: 1027, text: "id:ipphone.mitel.com;sw_tftp={server}"}}
                """,
            [
                (43, "'id:ipphone.mitel.com;sw_tftp=192.168.50.1;call_srv=192.0.2.9;vlan=20'"),
                (125, "00000403 29 'id:ipphone.mitel.com;sw_tftp=192.168.50.1'"),
            ], expert: "Suboption 105: no room left in option for suboption value"),
        Row(
            "mitel-minet", as: "mitel-minet-128", asked: [128, 129, 130, 132, 133],
            rule:
                "options: {128: {addresses: \"{server}\"}, 129: {addresses: 192.0.2.9}, 130: MITEL IP PHONE, 132: {u32: 20}, 133: {u32: 6}}",
            [(128, "c0a83201"), (129, "c0000209"), (130, "'MITEL IP PHONE'"), (132, "00000014"), (133, "00000006")]),
        Row(
            "mitel-mivoice400", asked: [43], rule: "options: {43: {tlv: {3: {addresses: 192.0.2.9}, 4: {u16: 5060}}}}",
            [(43, "03 04 c0000209 04 02 13c4")]),
        Row(
            "mitel-68xx-69xx", as: "mitel-68xx-69xx-redirection",
            rule: "options: {43: {tlv: {2: \"{url}\", 3: {flag: false}}}}",
            [(43, "02 13 \(host) 03 01 00"), (66, host), (159, host), (160, host)], expert: "length must be 4"),
        Row(
            "unify-openstage", asked: [1, 2, 3, 43, 120],
            rule: "options: {43: {tlv: {1: Siemens, 2: {u32: 20}, 3: \"sdlp://192.0.2.9:18443\"}}}",
            [(43, "01 07 'Siemens' 02 04 00000014 03 16 'sdlp://192.0.2.9:18443'")]),
        Row(
            "nortel-unistim", asked: [1, 3, 66, 128],
            rule: "options: {128: \"Nortel-i2004-A,192.0.2.9:4100,1,5.\", 66: \"{server}\"}",
            [(66, "'192.168.50.1'"), (128, "'Nortel-i2004-A,192.0.2.9:4100,1,5.'")]),
        Row(
            "nortel-unistim", as: "nortel-unistim-43", asked: [43],
            rule: "options: {43: {tlv: {191: \"Nortel-i2004-A,192.0.2.9:4100,1,5.\"}}}",
            [(43, "bf 22 'Nortel-i2004-A,192.0.2.9:4100,1,5.'")]),
        Row(
            "yealink", as: "yealink-43", rule: "options: {43: \"{url}\"}", [(66, root), (43, root)]),
        Row(
            "panasonic-hdv-tgp", as: "panasonic-160",
            rule: "url: \"http://192.0.2.9/\"\noptions: {160: \"{url}\", 159: \"{url}\"}",
            [(66, other), (159, other), (160, other)], expert: "length must be 4"),
        Row(
            "polycom-ucs", as: "polycom-ucs-address", rule: "options: {160: {addresses: \"{server}\"}}",
            [(160, "c0a83201"), (66, root)]),
        Row(
            "audiocodes-gateway", as: "audiocodes-gateway-files", asked: [160, 66, 67, 43],
            rule: "options: {160: \"{url}/;<MODEL>.cfg\", 66: \"{url}\", 67: \"a.img;b.cfg\", 43: \"{url}\"}",
            [(160, "'http://192.168.50.1/;<MODEL>.cfg'"), (66, host), (67, "'a.img;b.cfg'"), (43, host)]),
        Row(
            "cisco-enterprise", as: "cisco-enterprise-two", rule: "options: {150: [\"{server}\", 192.0.2.9]}",
            [(66, "'192.168.50.1'"), (150, "c0a83201 c0000209")]),
        Row(
            "avaya-j100-sip", as: "avaya-j100-sip-tls",
            rule: "options: {242: \"HTTPSRVR={server},TLSSRVR={server}\"}",
            [(242, "'HTTPSRVR=192.168.50.1,TLSSRVR=192.168.50.1'")]),
        Row(
            "spectralink-ipdect", as: "spectralink-ipdect-login", rule: "url: \"ftp://user:word@192.0.2.9:2121/x\"",
            [(66, "'ftp://user:word@192.0.2.9:2121/x'")]),
        // What holds for every vendor.
        Row(
            "snom-desk", as: "snom-desk-nul", asked: [66, 67],
            rule: "options: {66: {text: \"{url}\", nul: true}, 67: {text: boot.cfg, nul: true}}",
            [(66, "\(root) 00"), (67, "'boot.cfg' 00")]),
        Row(
            "snom-desk", as: "snom-desk-split", asked: [66, 67],
            rule: "options: {224: \"\(String(repeating: "x", count: 260))\"}",
            [(66, root), (224, "'\(String(repeating: "x", count: 255))'"), (224, "'\(String(repeating: "x", count: 5))'")]),
    ]
}

import Packets

//  phone 10.9.0.10 ── switch ── lab0 10.9.0.1   bellhop   (lab1 10.10.0.1) ── another switch ── guest 10.10.0.10
final class TwoNetworkScene: Scene {
    let lab: Lab
    let server: Station
    let phone: Station
    let guest: Station

    init(_ lab: Lab) throws {
        self.lab = lab
        try copyExampleTree(to: lab)
        try lab.addSwitch("br1")
        server = try lab.station("bellhop", mac: "02:00:00:00:00:01", address: "10.9.0.1/16")
        phone = try lab.station("phone", mac: "00:04:13:12:34:56", address: "10.9.0.10/16")
        guest = try lab.station("guest", mac: "00:04:13:12:34:57", address: "10.10.0.10/16", on: "br1")
    }

    /// Gives the server its second interface, `lab1`, on the other switch.
    func plugInSecond() throws {
        try lab.plugIn("lab1", of: server, port: "second", mac: MACAddress(bits: 0x0200_0000_0002), on: "br1")
        try server.ip("addr", "add", "10.10.0.1/16", "dev", "lab1")
    }
}

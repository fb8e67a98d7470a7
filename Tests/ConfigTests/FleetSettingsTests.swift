import ConfigFiles
import ConfigTree
import Foundation
import Packets
import Provisioning
import TestSupport
import Testing

@Suite struct FleetSettingsTests {
    @Test func `a fleet is a database, a site, and what else there may be`() throws {
        let read = try settings(
            "fleet: {database: \"postgresql://lyon@db/fleet?sslmode=verify-full\", password-file: p, site: lyon-2, segment: lobby}"
        )
        #expect(read.problems == [])
        var wanted = FleetSettings(database: "postgresql://lyon@db/fleet?sslmode=verify-full", site: "lyon-2")
        wanted.passwordFile = "p"
        wanted.segment = "lobby"
        #expect(read.settings.fleet == wanted)
        #expect(try settings("").settings.fleet == nil)
    }

    @Test(arguments: [
        "postgresql://lyon:s3cret@db/fleet", "postgres://lyon:s3cret@[::1]:5432,b/fleet",
        "postgresql://db/fleet?user=x&password=s3cret",
        "postgresql://db?passfile=/s3cret", "postgresql:///?PASSWORD=s3cret", "host=db password=s3cret", "http://s3cret/",
    ])
    func `a URI with a password is refused, and not repeated`(uri: String) throws {
        let read = try settings("fleet: {database: \"\(uri)\", site: a}")
        #expect(read.problems.count == 1)
        #expect(read.settings.fleet == nil)
        #expect(!read.problems.joined().contains("s3cret"))
    }

    @Test func `what is missing or no name is said`() throws {
        #expect(try settings("fleet: {site: a}").problems == ["1: fleet needs both database and site"])
        #expect(try settings("fleet: {database: \"postgresql:///x\", site: \"a b\"}").problems.count == 1)
        #expect(
            try settings("fleet: {database: \"postgresql:///x\", site: a, sites: b}").problems.first?.contains(
                "did you mean \"site\"") == true)
    }

    @Test func `a column that only the fleet's table has keeps no site from its first start`() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("state")
        let rule = "rules: [{match: {vendor: snom}, auth: {user: \"{serial}\", password: \"{serial}\"}}]\n"
        let said = "bellhop.yaml:3: {serial} is neither {mac} {MAC} {mac-colon} {mac-dash} {vendor} {model} nor a column"
        try folder.write("state: state\n\n" + rule, to: "bellhop.yaml")
        let alone = try Configuration.load(path: "\(folder.path)/bellhop.yaml")
        #expect(alone.problems.map(\.description).filter { $0.contains(said) }.count == 1)
        try folder.write("state: state\nfleet: {database: \"postgresql:///x\", site: a}\n" + rule, to: "bellhop.yaml")
        let first = try Configuration.load(path: "\(folder.path)/bellhop.yaml")
        #expect(first.problems.isEmpty)
        #expect(first.fleetRemarks.count == 1)
        #expect(first.fleetRemarks.first?.contains(said) == true)
        try folder.write("mac,serial\n000413000001,4711\n", to: "state/fleet-devices.csv")
        #expect(try first.withFleetDevices(state: "\(folder.path)/state").fleetRemarks == [])
        #expect(try Configuration.load(path: "\(folder.path)/bellhop.yaml").fleetRemarks == [])
    }

    @Test func `where file and fleet know a device differently the file's row holds, and that is said`() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("state")
        try folder.write(
            "fleet: {database: \"postgresql:///x\", site: a}\nstate: state\ndevices: devices.csv\n", to: "bellhop.yaml")
        try folder.write("mac,label,address\n000413000001,File,\n000413000002,Same,\n000413000004,,10.0.0.4\n", to: "devices.csv")
        try folder.write(
            "mac,label,room,address\n000413000001,Table,,\n000413000002,Same,,\n000413000003,Third,E12,\n000413000005,Fifth,,10.0.0.4\n"
                + "000413000006,,,nonsense\n", to: "state/fleet-devices.csv")
        let read = try Configuration.load(path: "\(folder.path)/bellhop.yaml")
        #expect(read.problems.isEmpty)
        func label(_ mac: String) -> String? { MACAddress(mac).flatMap { read.settings.devices[$0]?.label } }
        #expect(label("000413000001") == "File")
        #expect(label("000413000003") == "Third")
        #expect(read.settings.deviceColumns == ["mac", "label", "address", "room"])
        #expect(read.settings.devices[try #require(MACAddress("000413000005"))]?.address == nil)
        #expect(read.fleetRemarks.filter { $0.contains("stands otherwise") }.count == 2)
        #expect(read.fleetRemarks.first?.hasPrefix("00:04:13:00:00:01 stands otherwise") == true)
        #expect(read.fleetRemarks.count == 3)
        try folder.write("mac,label\n000413000001,Table\n", to: "state/fleet-devices.csv")
        let later = try read.withFleetDevices(state: "\(folder.path)/state")
        #expect(later.settings.devices.count == 3)
    }
}

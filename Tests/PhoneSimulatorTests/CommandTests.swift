import JSONText
import Packets
import Testing
import VendorCatalogue

@testable import PhoneSimulator

@Suite struct CommandTests {
    @Test func `every flag is read, with a blank or an equals sign`() throws {
        let options = try SimulatorOptions([
            "--interface", "eth1", "--family=yealink", "--mac", "00-15-65-00-00-01", "--model", "T46S", "--vendors", "v",
            "--discover=both",
            "--timeout", "2.5", "--server", "192.0.2.1", "--no-get", "--json", "--stay", "600", "--speed", "3600", "--clock",
            "08:55", "--seed", "7",
            "--uuid", "u", "--serial", "s",
        ])
        var expected = SimulatorOptions()
        expected.interface = "eth1"
        expected.family = "yealink"
        expected.mac = MACAddress(bits: 0x0015_6500_0001)
        expected.model = "T46S"
        expected.vendors = "v"
        expected.discovery = .both
        expected.timeout = 2500
        expected.server = serverAddress
        expected.fetches = false
        expected.isJSON = true
        expected.stay = 600
        expected.speed = 3600
        expected.clock = 32_100
        expected.seed = 7
        (expected.uuid, expected.serial) = ("u", "s")
        #expect(options == expected)
    }

    @Test(arguments: [
        ["--nosuch"], ["eth1"], ["--mac"], ["--mac", "12"], ["--mac", "ff:ff:ff:ff:ff:ff"], ["--discover", "all"],
        ["--timeout", "0"], ["--timeout", "3601"], ["--stay", "31536001"], ["--stay", "soon"], ["--speed", "0"],
        ["--clock", "24:00"], ["--seed", "-1"],
        ["--timeout", "nan"], ["--server", "h"], ["--server", "224.0.1.75"], ["--json=yes"], ["--interface="],
    ])
    func `what is not understood is an error`(arguments: [String]) {
        #expect(throws: SimulatorOptions.Fault.self) { try SimulatorOptions(arguments) }
    }

    @Test func `the family's own order of discovery stands unless the user says otherwise`() throws {
        let snom = try phone("snom-desk").manner
        let fanvil = try phone("fanvil").manner
        let polycom = try phone("polycom-ucs").manner
        #expect(try SimulatorOptions([]).ways(of: snom) == [.pnp, .inform])
        #expect(try SimulatorOptions([]).ways(of: fanvil) == [.inform, .pnp])
        #expect(try SimulatorOptions([]).ways(of: polycom) == [.inform])
        #expect(try SimulatorOptions(["--discover", "both"]).ways(of: polycom) == [.inform, .pnp])
        #expect(try SimulatorOptions(["--discover", "pnp"]).ways(of: fanvil) == [.pnp])
    }

    @Test func `a step is a line with its time`() {
        let report = BootReport(isJSON: false, start: 1_000_000_000)
        #expect(report.line(.told, "http://h/ by PnP", [], at: 1_012_900_000) == "+0.012 s  told http://h/ by PnP")
        #expect(report.line(.done, "2 files, 0 missing", [], at: 62_000_000_000) == "+61.000 s  done: 2 files, 0 missing")
        #expect(report.line(.told, "a\u{1b}[2Jb\u{9b}", [], at: 0) == "+0.000 s  told a?[2Jb?")
    }

    @Test func `with --json a step is an object on one line`() {
        let report = BootReport(isJSON: true, start: 0)
        #expect(
            report.line(.gaveUp, "on \"pnp\"", [("sends", .number(3))], at: 3_500_000_000)
                == #"{"step":"gave-up","seconds":3.500,"sends":3,"text":"on \"pnp\""}"#)
        #expect(report.line(.done, "", [], at: 0) == #"{"step":"done","seconds":0.000,"text":""}"#)
    }

    @Test func `a question is asked again after each wait, and given up after the last`() {
        var schedule = RetrySchedule(waits: [500, 1000, 2000], limit: nil, start: 0)
        #expect(schedule.due(at: 0) == .send(attempt: 1))
        #expect(schedule.due(at: 0) == nil)
        #expect(schedule.next == 500_000_000)
        #expect(schedule.due(at: 500_000_000) == .send(attempt: 2))
        #expect(schedule.due(at: 1_500_000_000) == .send(attempt: 3))
        #expect(schedule.due(at: 2_000_000_000) == nil)
        #expect(schedule.next == 3_500_000_000)
        #expect(schedule.due(at: 3_500_000_000) == .giveUp)
        #expect(schedule.sends == 3)
    }

    @Test func `the user's limit is kept to, whether shorter or longer`() {
        var short = RetrySchedule(waits: [500, 1000], limit: 200, start: 0)
        _ = short.due(at: 0)
        #expect(short.next == 200_000_000)
        #expect(short.due(at: 200_000_000) == .giveUp)
        var long = RetrySchedule(waits: [500, 1000], limit: 9000, start: 0)
        for moment in [UInt64(0), 500_000_000] { _ = long.due(at: moment) }
        #expect(long.due(at: 8_999_000_000) == nil)
        #expect(long.due(at: 9_000_000_000) == .giveUp)
    }

    @Test func `once heard it is not asked again, and what follows has its time`() {
        var schedule = RetrySchedule(waits: [500, 1000], limit: nil, start: 0)
        _ = schedule.due(at: 0)
        schedule.stopSending(at: 400_000_000, grace: 4000)
        #expect(schedule.due(at: 500_000_000) == nil)
        #expect(schedule.due(at: 4_399_000_000) == nil)
        #expect(schedule.due(at: 4_400_000_000) == .giveUp)
        #expect(schedule.sends == 1)
    }
}

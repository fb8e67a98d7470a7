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
            "08:55", "--seed", "7", "--uuid", "u", "--serial", "s", "--ca", "ca.pem",
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
        (expected.uuid, expected.serial, expected.authorities) = ("u", "s", "ca.pem")
        #expect(options == expected)
    }

    @Test(arguments: [
        ["--nosuch"], ["eth1"], ["--mac"], ["--mac", "12"], ["--mac", "ff:ff:ff:ff:ff:ff"], ["--discover", "all"],
        ["--timeout", "0"], ["--timeout", "3601"], ["--stay", "31536001"], ["--stay", "soon"], ["--stay", "9", "--speed", "0"],
        ["--stay", "9", "--clock", "24:00"], ["--seed", "-1"],
        ["--timeout", "nan"], ["--server", "h"], ["--server", "224.0.1.75"], ["--json=yes"], ["--interface="],
    ])
    func `what is not understood is an error`(arguments: [String]) {
        #expect(throws: SimulatorOptions.Fault.self) { try SimulatorOptions(arguments) }
    }

    @Test(arguments: [
        ["--count", "2", "--stay", "9"], ["--count", "2", "--uuid", "u"], ["--count", "2", "--serial", "s"], ["--rate", "9"],
        ["--load", "inform", "--count", "2"], ["--load", "pnp", "--stay", "9"], ["--load", "pnp", "--no-get"],
        ["--load", "inform", "--file", "f"], ["--load", "tftp"], ["--load", "inform", "--server", "192.0.2.1"],
        ["--window", "9"], ["--seconds", "9"], ["--file", "f"],
        ["--speed", "9"], ["--clock", "09:00"], ["--count", "2.9"], ["--stay", "9.5"], ["--seed", "1e3"],
    ])
    func `what does not go together, or is no whole number, is an error and not passed over`(arguments: [String]) {
        #expect(throws: SimulatorOptions.Fault.self) { try SimulatorOptions(arguments) }
    }

    @Test(arguments: [
        ["--count", "2", "--rate", "9", "--lease", "--no-get"], ["--count", "1", "--serial", "s"],
        ["--load", "tftp", "--server", "192.0.2.1", "--file", "f", "--blksize", "1428", "--phones", "2"],
        ["--stay", "9", "--speed", "9", "--clock", "09:00"], ["--timeout", "0.5"],
    ])
    func `what goes together is taken`(arguments: [String]) {
        #expect(throws: Never.self) { try SimulatorOptions(arguments) }
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
        // It goes on asking, each wait twice as long as the one before up to T2 (RFC 3261 §17.1.2.2).
        #expect(sends([500, 1000], until: 9000) == [0, 500, 1500, 3500, 7500])
        #expect(sends([500, 1000, 4000, 500], until: 20_000) == [0, 500, 1500, 5500, 6000, 10_000, 14_000, 18_000])
        // "up to a maximum of 64 seconds" (RFC 2131 §4.1).
        #expect(
            sends([1000, 2000, 2000], longest: RetrySchedule.longestOfDHCP, until: 200_000)
                == [0, 1000, 3000, 5000, 9000, 17_000, 33_000, 65_000, 129_000, 193_000])
        #expect(sends([500, 1000], until: nil) == [0, 500])
    }

    /// Milliseconds at which it is asked.
    private func sends(_ waits: [UInt64], longest: UInt64 = RetrySchedule.longestOfSIP, until limit: UInt64?) -> [UInt64] {
        var schedule = RetrySchedule(waits: waits, longest: longest, limit: limit, start: 0)
        var sends: [UInt64] = []
        while sends.count < 99, case let moment = schedule.next, case .send = schedule.due(at: moment) {
            sends.append(moment / 1_000_000)
        }
        return sends
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

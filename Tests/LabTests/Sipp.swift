import Foundation
import Packets
import Testing

/// SIPp as so many phones, each of which plays a scenario of `Scenarios` once.
struct Sipp {
    let station: Station
    /// Its name without `.xml`.
    let scenario: String
    /// One for each phone: [field0].
    let macs: [MACAddress]
    var port: UInt16 = 5062
    var rate = 100
    /// `-key NAME VALUE`, which the scenario has as `[NAME]`.
    var keys: KeyValuePairs<String, String> = ["server": "10.9.0.1:8080"]

    /// Plays it to its end, and expects that no call failed.
    func run(seconds: Double = 60) throws {
        let lab = station.lab
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios")
        let (phones, errors) = ("phones-\(scenario)-\(port).csv", "sipp-\(scenario)-\(port).log")
        try lab.write("SEQUENTIAL\n" + macs.map { "\($0.plain);\n" }.joined(), to: phones)
        let arguments =
            [
                "224.0.1.75:5060", "-sf", folder.appending(path: scenario + ".xml").path, "-inf", phones, "-i",
                "\(station.address)", "-p", "\(port)", "-m", "\(macs.count)", "-r", "\(rate)", "-nd", "-nostdin", "-timeout",
                "\(Int(seconds))s", "-timeout_error", "-trace_err", "-error_file", errors,
            ] + keys.flatMap { ["-key", $0.key, $0.value] }
        let outcome = try lab.run("sipp", arguments, in: station.namespace, seconds: seconds + 20)
        let said = (try? lab.read(errors)).map { String(decoding: $0.prefix(2000), as: UTF8.self) } ?? ""
        #expect(outcome.status == 0, "\(scenario): \(said)")
        let counts = outcome.output.split(separator: "\n").filter { $0.contains("call  ") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(
            counts.contains { $0.first == "Successful call" && $0.last == "\(macs.count)" }, "\(outcome.output.suffix(3000))")
        #expect(counts.contains { $0.first == "Failed call" && $0.last == "0" }, "\(said)")
    }
}

import Testing

@testable import PhoneSimulator

/// A system with a tree of files in memory: what it asks for, step by step, and what it makes of it.
struct Play {
    var system: any PhoneSystem
    let phone: SimulatedPhone
    var files: [String: String]

    init(_ id: String, mac: String? = nil, model: String? = nil, uuid: String? = nil, _ files: [String: String]) throws {
        let plain = try PhoneSimulatorTests.phone(id, mac: mac, model: model)
        phone = SimulatedPhone(
            plain.family, manner: plain.manner, mac: plain.mac, model: model, address: phoneAddress, uuid: uuid, serial: "S1")
        system = phone.system
        self.files = files
    }

    /// One visit: names of files that came, `-name` of those that did not, `: remark`, and `restart`. The scheme stands before a name
    /// that comes by another one than the address that was told.
    mutating func visit(_ reason: VisitReason = .boot, at url: String = "http://h/") throws -> [String] {
        let told = try #require(ToldURL(url, for: phone))
        var visit = Visit(system.visit(told, reason))
        var steps: [String] = []
        while let file = visit.next() {
            let name =
                file.isSameServer(as: told) ? file.fileName : "\(file.scheme.rawValue)://\(file.authority)/\(file.fileName)"
            if let text = files[file.fileName] {
                steps.append(name)
                steps += visit.came(file, Array(text.utf8), to: &system).map { ": \($0)" }
            } else {
                steps.append("-\(name)")
                steps += visit.failed(file, &system).map { ": \($0)" }
            }
        }
        return steps + (visit.restarts ? ["restart"] : [])
    }
}

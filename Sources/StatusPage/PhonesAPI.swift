import Diagnosis
import JSONText
import Ledger
import LinuxSystem
import Packets
import Provisioning
import WebServer

/// The phones: which there are, and what is to be said of each.
struct PhonesAPI: Sendable {
    let sources: StatusSources

    /// The most rows in one answer.
    static let most = 10_000
    static let noSuchStage = Refused(400, "stage is one of \(Stage.allCases.map(\.rawValue).joined(separator: ", "))")
    static let noSuchAddress = Refused(400, "that is no MAC address, such as 00:04:13:12:34:56")

    init(_ sources: StatusSources) {
        self.sources = sources
    }

    var routes: [Route] {
        [
            Route(method: "GET", path: "/api/v1/devices") { reading($0, devices) },
            Route(method: "GET", path: "/api/v1/devices/*") { reading($0, device) },
            Route(method: "GET", path: "/api/v1/devices/*/timeline") { reading($0, timeline) },
            Route(method: "GET", path: "/api/v1/servers") { reading($0, servers) },
            Route(method: "GET", path: "/api/v1/counts") { reading($0, counts) },
        ]
    }

    /// An answer out of the ledger, or why there is none.
    private func reading(_ call: Call, _ answer: (Call, LedgerReader) throws -> WebAnswer) -> WebAnswer {
        guard let ledger = sources.ledger else { return .error(503, "there is no database; the log says why") }
        do {
            return try answer(call, ledger.reader())
        } catch let refused as Refused {
            return refused.answer
        } catch {
            return .error(503, "\(error)")
        }
    }

    private func devices(_ call: Call, _ reader: LedgerReader) throws -> WebAnswer {
        var query = DeviceQuery()
        query.vendor = try call.text("vendor")
        query.stage = try call.text("stage")
        query.text = try call.text("text")
        query.others = try call.text("others") != nil
        query.limit = try call.number("limit", in: 1...PhonesAPI.most) ?? PhonesAPI.most
        if let stage = query.stage, Stage(rawValue: stage) == nil {
            throw PhonesAPI.noSuchStage
        }
        let known = sources.policy.value.settings.devices
        if let text = query.text?.lowercased() {
            query.labelled = known.values.filter { $0.label?.lowercased().contains(text) == true }.map(\.mac)
        }
        let (devices, matching) = try reader.devices(query)
        let list = devices.map { sources.reports.device($0, label: known[$0.mac]?.label) }
        return .json(.object([("devices", .array(list)), ("matching", .number(matching))]))
    }

    private func device(_ call: Call, _ reader: LedgerReader) throws -> WebAnswer {
        guard let mac = call.mac else { throw PhonesAPI.noSuchAddress }
        let device = try reader.device(mac)
        let verdict = Verdict(of: sources.phone(mac, device, try reader.timeline(of: mac, limit: PhoneCase.mostEvents)))
        let label = sources.policy.value.settings.devices[mac]?.label
        return .json(
            .object([
                ("device", device.map { sources.reports.device($0, label: label) } ?? .null),
                ("verdict", sources.reports.verdict(verdict, of: mac)),
            ]))
    }

    private func timeline(_ call: Call, _ reader: LedgerReader) throws -> WebAnswer {
        guard let mac = call.mac else { throw PhonesAPI.noSuchAddress }
        let limit = try call.number("limit", in: 1...PhonesAPI.most) ?? 500
        let before = try call.number("before", in: 0...Int.max)
        let events = try reader.timeline(of: mac, limit: limit, before: before.map { Int64($0) })
        return .json(.object([("mac", .string(mac.colons)), ("events", .array(events.map(sources.reports.event)))]))
    }

    private func servers(_ call: Call, _ reader: LedgerReader) throws -> WebAnswer {
        .json(.object([("servers", .array(try reader.otherServers().map(sources.reports.server)))]))
    }
}

extension PhonesAPI {
    private func counts(_ call: Call, _ reader: LedgerReader) throws -> WebAnswer {
        .json(sources.counts(try reader.tally()))
    }
}

extension Call {
    /// The device that the path names.
    var mac: MACAddress? {
        guard let word = parameters.first.flatMap({ percentDecoded($0) }), let mac = MACAddress(word), mac.isStation else {
            return nil
        }
        return mac
    }
}

extension StatusSources {
    var reports: Reports { Reports(timeText: timeText) }

    /// Phones by stage and brand, and what was done since the start.
    func counts(_ tally: DeviceTally) -> JSONValue {
        func object(_ counts: [String: Int]) -> JSONValue {
            .object(counts.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
        }
        return .object([
            ("stages", object(tally.stages)), ("vendors", object(tally.vendors)), ("others", .number(tally.others)),
            ("counters", object(counters.all)),
        ])
    }

    /// One phone as it stands now.
    func phone(_ mac: MACAddress, _ device: RecordedDevice?, _ events: [RecordedEvent]) -> PhoneCase {
        var site = Site(policy.value)
        for link in links() { site.links[link.interface] = link.ownAddresses }
        site.isRunning = true
        if events.isEmpty { site.neighbourOn = NeighbourTable.interface(of: mac) }
        return PhoneCase(
            mac, device: device, learnt: memory.device(mac), events: events, site: site, now: clock(), clockText: clockText)
    }
}

import Diagnosis
import FleetStore
import JSONText
import Packets
import PostgreSQL
import Provisioning
import WebServer

/// All sites of the fleet.
struct FleetAPI: Sendable {
    /// `nil` where there is no fleet.
    let desk: FleetDesk?
    let reports: Reports
    let clock: @Sendable () -> Moment

    /// What one call asks of the database, and the answer made of it.
    private typealias Question = @Sendable (FleetReader) throws(DatabaseError) -> JSONValue

    var routes: [Route] {
        [
            Route(method: "GET", path: "/api/v1/fleet/sites") { answer($0, sites) },
            Route(method: "GET", path: "/api/v1/fleet/devices") { answer($0, devices) },
            Route(method: "GET", path: "/api/v1/fleet/devices/*/timeline") { answer($0, timeline) },
        ]
    }

    /// Later, by the desk's thread: the server's goes on with what does not need the database.
    private func answer(_ call: Call, _ question: (Call) throws(Refused) -> Question) -> WebAnswer {
        do throws(Refused) {
            let question = try question(call)
            guard let desk else { throw Refused(404, "there is no fleet: docs/fleet.md says what it takes") }
            let late = LateAnswer()
            desk.read(question) { result in
                switch result {
                case .success(let value): late.give(.json(value))
                case .failure(let error): late.give(.error(503, "the fleet's database: \(error)"))
                }
            }
            return WebAnswer(status: 200, body: .later(late))
        } catch {
            return error.answer
        }
    }

    private func sites(_ call: Call) throws(Refused) -> Question {
        { reader throws(DatabaseError) in
            let now = clock()
            return .object([("sites", .array(try reader.sites().map { reports.site($0, now: now) }))])
        }
    }

    private func devices(_ call: Call) throws(Refused) -> Question {
        var query = FleetQuery()
        query.site = try call.text("site")
        query.vendor = try call.text("vendor")
        query.stage = try call.text("stage")
        query.text = try call.text("text")
        query.others = try call.text("others") != nil
        query.limit = try call.number("limit", in: 1...PhonesAPI.most) ?? query.limit
        if let stage = query.stage, Stage(rawValue: stage) == nil { throw PhonesAPI.noSuchStage }
        return { [query] reader throws(DatabaseError) in
            let (found, matching) = try reader.devices(query)
            return .object([("devices", .array(found.map(reports.device))), ("matching", .number(matching))])
        }
    }

    private func timeline(_ call: Call) throws(Refused) -> Question {
        guard let mac = call.mac else { throw PhonesAPI.noSuchAddress }
        let limit = try call.number("limit", in: 1...PhonesAPI.most) ?? 500
        let site = try call.text("site")
        return { reader throws(DatabaseError) in
            let events = try reader.timeline(of: mac, site: site, limit: limit)
            return .object([
                ("mac", .string(mac.colons)), ("events", .array(events.map { reports.event($0.event, site: $0.site) })),
            ])
        }
    }
}

extension Reports {
    package func site(_ site: FleetSiteState, now: Moment) -> JSONValue {
        .object([
            ("site", .string(site.name)), ("heard", site.heard.map { .string(timeText($0)) } ?? .null),
            ("quiet", .bool(site.isQuiet(at: now))), ("responders", .number(site.responders)),
            ("waiting", .number(Int(site.waiting))), ("lost", .number(Int(site.lost))),
            ("stages", .object(site.stages.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
        ])
    }

    package func device(_ found: FleetDevice) -> JSONValue { device(found.device, label: found.label).adding("site", found.site) }
    package func event(_ event: RecordedEvent, site: String) -> JSONValue { self.event(event).adding("site", site) }
}

extension JSONValue {
    fileprivate func adding(_ name: String, _ text: String) -> JSONValue {
        .object([(name, .string(text))] + (members ?? []))
    }
}

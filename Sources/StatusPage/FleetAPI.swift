import Diagnosis
import FleetStore
import JSONText
import Packets
import PostgreSQL
import Provisioning
import WebServer

/// All sites of the fleet.
struct FleetAPI: Sendable {
    let desk: FleetDesk
    let reports: Reports
    let clock: @Sendable () -> Moment

    var routes: [Route] {
        [
            Route(method: "GET", path: "/api/v1/fleet/sites") { _ in reading(sites) },
            Route(method: "GET", path: "/api/v1/fleet/devices") { call in
                guard let query = query(call) else { return .error(400, "limit is from 1 to \(PhonesAPI.most)") }
                return reading { reader throws(DatabaseError) in try devices(query, reader) }
            },
            Route(method: "GET", path: "/api/v1/fleet/devices/*/timeline") { call in
                guard let mac = call.mac else { return .error(400, "that is no MAC address, such as 00:04:13:12:34:56") }
                let limit = min(max(1, call.number("limit") ?? 500), PhonesAPI.most)
                return reading { reader throws(DatabaseError) in try timeline(mac, call.text("site"), limit, reader) }
            },
        ]
    }

    /// An answer out of the fleet's database, or why there is none.
    private func reading(_ answer: (FleetReader) throws(DatabaseError) -> JSONValue) -> WebAnswer {
        do throws(DatabaseError) {
            return .json(try desk.read(answer))
        } catch {
            return .error(503, "the fleet's database: \(error)")
        }
    }

    private func sites(_ reader: FleetReader) throws(DatabaseError) -> JSONValue {
        let now = clock()
        return .object([("sites", .array(try reader.sites().map { reports.site($0, now: now) }))])
    }

    private func query(_ call: Call) -> FleetQuery? {
        var query = FleetQuery()
        query.site = call.text("site")
        query.vendor = call.text("vendor")
        query.stage = call.text("stage")
        query.text = call.text("text")
        query.others = call.text("others") != nil
        query.limit = call.number("limit") ?? query.limit
        return (1...PhonesAPI.most).contains(query.limit) ? query : nil
    }

    private func devices(_ query: FleetQuery, _ reader: FleetReader) throws(DatabaseError) -> JSONValue {
        .object([("devices", .array(try reader.devices(query).map(reports.device)))])
    }

    private func timeline(
        _ mac: MACAddress, _ site: String?, _ limit: Int, _ reader: FleetReader
    ) throws(DatabaseError) -> JSONValue {
        let events = try reader.timeline(of: mac, site: site, limit: limit).map { reports.event($0.event, site: $0.site) }
        return .object([("mac", .string(mac.colons)), ("events", .array(events))])
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

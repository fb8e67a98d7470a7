import ConfigTree
import JSONText
import Ledger
import Packets
import Provisioning
import VendorCatalogue
import WebServer

/// Telling phones to come again, and what each said to it.
struct ResyncAPI: Sendable {
    let sources: StatusSources

    /// The longest request, in bytes: some 12,000 addresses.
    static let longestOrder = 262_144
    /// Above so many phones the client has to say that it means it (threat T17).
    static let mostUnconfirmed = 20

    init(_ sources: StatusSources) {
        self.sources = sources
    }

    var routes: [Route] {
        [
            Route(method: "POST", path: "/api/v1/resync") { start($0) },
            Route(method: "GET", path: "/api/v1/resync/*") { progress($0) },
        ]
    }

    private func start(_ call: Call) -> WebAnswer {
        // RFC 9110 §8.3.1: parameters may follow. A form of another site's page cannot have this type.
        let type = (call.request.header("Content-Type") ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        guard type == "application/json" else { return .error(415, "this takes application/json") }
        let order: ResyncOrder
        do throws(ResyncOrder.Fault) {
            order = try ResyncOrder(call.request.body, longest: ResyncAPI.longestOrder)
        } catch {
            return .error(400, error.sentence)
        }
        let policy = sources.policy.value
        if case .vendor(let name) = order.choice, !policy.catalogue.names.contains(name) {
            let hint = nearest(to: name, in: policy.catalogue.names).map { "; did you mean \($0)?" } ?? ""
            return .error(404, "\"\(name.prefix(64))\" is neither a brand nor a family of the catalogue\(hint)")
        }
        let targets = phones(order.choice, policy).map { policy.resyncTarget($0, reboot: order.reboot) }
        guard !targets.isEmpty else { return .error(404, "no such phone has been seen") }
        guard targets.count <= ResyncAPI.mostUnconfirmed || order.isConfirmed else {
            return .error(
                409, "\(targets.count) phones would be asked: confirm that this is meant", [("phones", .number(targets.count))])
        }
        guard let job = sources.resync.start(targets) else { return .error(503, "too much is under way; try again later") }
        return WebAnswer.json(.object([("id", .string(job)), ("total", .number(targets.count))]), status: 202)
            .adding([("Location", "/api/v1/resync/\(job)")])
    }

    /// The phones that are meant, by MAC address where the client gave no order.
    private func phones(_ choice: ResyncOrder.Choice, _ policy: Policy) -> [SeenPhone] {
        switch choice {
        case .macs(let macs):
            let reader = try? sources.ledger?.reader()
            return macs.map {
                SeenPhone(mac: $0, learnt: sources.memory.device($0), recorded: (try? reader?.device($0)) ?? nil)
            }
        case .vendor(let vendor): return allPhones().filter { policy.isOurs($0, vendor: vendor) }
        case .all: return allPhones().filter { policy.isOurs($0) }
        }
    }

    private func allPhones() -> [SeenPhone] {
        let learnt = sources.memory.all()
        let rows = (try? sources.ledger?.reader().devices(limit: .max)) ?? []
        let recorded = Dictionary(rows.map { ($0.mac, $0) }) { first, _ in first }
        return Set(learnt.keys).union(recorded.keys).sorted { $0.bits < $1.bits }
            .map { SeenPhone(mac: $0, learnt: learnt[$0], recorded: recorded[$0]) }
    }

    private func progress(_ call: Call) -> WebAnswer {
        let place: Int
        do throws(Refused) {
            place = try call.number("from", in: 0...Int(Int32.max)) ?? 0
        } catch {
            return error.answer
        }
        guard let job = call.parameters.first, let progress = sources.resync.progress(job, place) else {
            return .error(404, "there is no such job, or not any more")
        }
        return .json(
            .object([
                ("id", .string(job)), ("done", .bool(progress.isDone)), ("total", .number(progress.total)),
                ("finished", .number(progress.finished)), ("took", .number(progress.taken)),
                ("phones", .array(progress.results.map(json))),
            ]))
    }

    private func json(_ result: ResyncResult) -> JSONValue {
        let target = result.target
        return .object([
            ("mac", .string(target.mac.colons)), ("label", .optional(target.label)), ("vendor", .optional(target.vendor)),
            ("model", .optional(target.model)), ("address", .optional(target.address?.description)),
            ("event", .string(target.event)), ("took", .bool(result.outcome.isTaken)), ("outcome", .string(result.outcome.name)),
            ("status", result.outcome.status.map { .number(Int($0)) } ?? .null), ("sentence", .string(result.sentence)),
        ])
    }
}

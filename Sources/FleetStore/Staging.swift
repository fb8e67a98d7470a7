import Packets
import PostgreSQL
import Provisioning

/// One kind of row on its way: copied into a table of the session's own, and from there to where it belongs.
struct Staging {
    let name: String
    let columns: String
    /// `$1` is the site, `$2` the source, `$3` the segment.
    let insert: String
    /// How many of those it uses.
    let places: Int

    static let events = Staging(
        name: "incoming_events",
        columns:
            "id bigint, time bigint, last_time bigint, repeats integer, mac bigint, interface text, name text, details text",
        insert: """
            INSERT INTO bellhop.events AS e (site, source, id, time, last_time, repeats, mac, interface, name, details)
            SELECT $1::integer, $2::integer, id, bellhop.moment(time), bellhop.moment(last_time), repeats, mac, interface, name, details
            FROM pg_temp.incoming_events ORDER BY id
            ON CONFLICT (source, id, time) DO UPDATE SET repeats = excluded.repeats, last_time = excluded.last_time
            WHERE excluded.repeats > e.repeats
            """, places: 2)

    static func row(_ event: RecordedEvent) -> [CopyText.Value] {
        [
            .number(event.id), .number(event.time.microseconds), .number(event.lastTime.microseconds),
            .number(Int64(event.repeats)), .optional(event.mac.map { Int64($0.bits) }), .optional(event.interface),
            .text(event.name), .text(DetailsText.write(event.details)),
        ]
    }

    static let devices = Staging(
        name: "incoming_devices",
        columns:
            "mac bigint, vendor text, family text, model text, version text, address bigint, interface text, vlan_tags text, "
            + "relay bigint, sip_port integer, stage text, stage_since bigint, first_seen bigint, last_seen bigint",
        insert: """
            INSERT INTO bellhop.devices AS d
            SELECT $1::integer, mac, vendor, family, model, version, address, interface, decode(vlan_tags, 'hex'), relay, sip_port,
                stage, bellhop.moment(stage_since), bellhop.moment(first_seen), bellhop.moment(last_seen)
            FROM pg_temp.incoming_devices ORDER BY mac
            ON CONFLICT (site, mac) DO UPDATE SET vendor = coalesce(excluded.vendor, d.vendor),
                family = coalesce(excluded.family, d.family), model = coalesce(excluded.model, d.model),
                version = coalesce(excluded.version, d.version), address = coalesce(excluded.address, d.address),
                interface = coalesce(excluded.interface, d.interface), vlan_tags = excluded.vlan_tags, relay = excluded.relay,
                sip_port = coalesce(excluded.sip_port, d.sip_port), stage = excluded.stage, stage_since = excluded.stage_since,
                first_seen = least(excluded.first_seen, d.first_seen), last_seen = excluded.last_seen
            """, places: 1)

    static func row(_ device: RecordedDevice) -> [CopyText.Value] {
        [
            .number(Int64(device.mac.bits)), .optional(device.vendor), .optional(device.family), .optional(device.model),
            .optional(device.version), .optional(device.address.map { Int64($0.bits) }), .optional(device.interface),
            .optional(device.tags.isEmpty ? nil : hexText(device.tags.octets)), .optional(device.relay.map { Int64($0.bits) }),
            .optional(device.sipPort.map { Int64($0) }), .optional(device.stage), .optional(device.stageSince?.microseconds),
            .number(device.firstSeen.microseconds), .number(device.lastSeen.microseconds),
        ]
    }

    /// One that was given later stays: it may be the other of a pair that answers by now.
    static let leases = Staging(
        name: "incoming_leases",
        columns:
            "address bigint, mac bigint, client_identifier text, interface text, state integer, granted bigint, expires bigint, "
            + "host_name text, vendor text",
        insert: """
            INSERT INTO bellhop.leases AS l
            SELECT $1::integer, $3::text, address, mac, decode(client_identifier, 'hex'), interface, state, bellhop.moment(granted),
                bellhop.moment(expires), host_name, vendor FROM pg_temp.incoming_leases WHERE $2::integer > 0 ORDER BY address
            ON CONFLICT (site, segment, address) DO UPDATE SET mac = excluded.mac, client_identifier = excluded.client_identifier,
                interface = excluded.interface, state = excluded.state, granted = excluded.granted, expires = excluded.expires,
                host_name = excluded.host_name, vendor = excluded.vendor
            WHERE excluded.granted >= l.granted
            """, places: 3)

    static func row(_ lease: Lease) -> [CopyText.Value] {
        [
            .number(Int64(lease.address.bits)), .number(Int64(lease.mac.bits)), .text(hexText(lease.clientIdentifier)),
            .text(lease.interface), .number(Int64(lease.state.rawValue)), .number(lease.granted.microseconds),
            .number(lease.expires.microseconds), .optional(lease.hostName), .optional(lease.vendor),
        ]
    }

    static let servers = Staging(
        name: "incoming_servers",
        columns: "address bigint, mac bigint, interface text, told text, first_seen bigint, last_seen bigint",
        insert: """
            INSERT INTO bellhop.other_servers AS o
            SELECT $1::integer, address, mac, interface, told, bellhop.moment(first_seen), bellhop.moment(last_seen)
            FROM pg_temp.incoming_servers ORDER BY address
            ON CONFLICT (site, address, mac, interface) DO UPDATE SET told = excluded.told,
                first_seen = least(excluded.first_seen, o.first_seen), last_seen = greatest(excluded.last_seen, o.last_seen)
            """, places: 1)

    static func row(_ server: RecordedServer) -> [CopyText.Value] {
        [
            .number(Int64(server.address.bits)), .number(Int64(server.mac.bits)), .text(server.interface),
            .text(DetailsText.write(server.told)), .number(server.firstSeen.microseconds), .number(server.lastSeen.microseconds),
        ]
    }
}

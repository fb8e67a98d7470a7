import Packets
import Provisioning

// From any thread, and also after `stop()`. What was recorded shows when its commit is done.
extension Ledger {
    /// Every lease, by address.
    package func leases() throws(LedgerError) -> [Lease] {
        try LeaseTable(connection: reader()).all()
    }

    /// Devices by MAC address.
    /// - Parameters:
    ///   - limit: the most to return.
    ///   - after: the last device of the page before; `nil` begins.
    package func devices(limit: Int, after: MACAddress? = nil) throws(LedgerError) -> [DeviceRow] {
        try DeviceTable.rows(after: after, limit: limit, reader())
    }

    /// Those of these devices that are known.
    package func devices(_ macs: some Sequence<MACAddress>) throws(LedgerError) -> [DeviceRow] {
        let reader = try reader()
        var rows: [DeviceRow] = []
        for mac in macs { rows += try DeviceTable.rows(of: mac, reader) }
        return rows
    }

    /// One device's newest events, the oldest of them first.
    /// - Parameters:
    ///   - limit: the most to return.
    ///   - before: the id of the first event of the page that follows; `nil` begins with the newest.
    package func timeline(of mac: MACAddress, limit: Int, before: Int64? = nil) throws(LedgerError) -> [EventRow] {
        try EventTable.rows(of: .mac(mac), limit: limit, before: before, reader())
    }

    /// Every other DHCP server heard, by address.
    package func otherServers() throws(LedgerError) -> [ServerRow] {
        try ServerTable(connection: reader()).all()
    }

    package func counts() throws(LedgerError) -> LedgerCounts {
        let reader = try reader()
        func count(_ query: String) throws(LedgerError) -> Int { Int(try reader.number(query)) }
        return LedgerCounts(
            leases: try count("SELECT count(*) FROM leases"),
            devices: try count("SELECT count(*) FROM devices"),
            // Ids have no gaps: counting millions of rows would read them all.
            events: try count("SELECT (SELECT max(id) FROM events) - (SELECT min(id) FROM events) + 1"),
            otherServers: try count("SELECT count(*) FROM other_servers"))
    }
}

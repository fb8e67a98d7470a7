import Provisioning

/// Something about the database that the operator should hear of.
package struct LedgerRemark: Hashable, Sendable {
    package var time: Moment
    /// Where the damaged database is now.
    package var setAside: String
    /// What was wrong with it.
    package var words: String
    /// Leases that could still be read and are in the new database.
    package var leasesKept: Int
    /// Whether those are all.
    package var leasesAreWhole: Bool

    package var sentence: String {
        "the database was damaged (\(words)) and is now \(setAside); bellhop goes on with a new one, into which "
            + "\(leasesKept) leases were carried over"
            + (leasesAreWhole ? "" : "; others could not be read, and only ARP shows which of their addresses are in use")
    }
}

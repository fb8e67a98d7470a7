/// What a desk allows.
package struct DeskLimits: Equatable, Sendable {
    /// Transfers under way at once.
    package var transfers: Int
    /// Transfers under way at once to one address: phones behind a NAT share one.
    package var transfersOfAddress: Int
    /// ERRORs to those who have no transfer, in all and to one address.
    package var errors = Rate(perSecond: 2000, atOnce: 10_000)
    package var errorsOfAddress = Rate(perSecond: 50, atOnce: 256)
    /// Octets of DATA to one address, with a single port: a firmware goes at full speed, and 64 Mbit/s are less than a phone's port carries.
    package var octetsOfAddress = Rate(perSecond: 8_000_000, atOnce: 40_000_000)
    /// Every transfer goes through the listening port, against RFC 1350 §4, for phones behind a container's NAT or a firewall that
    /// passes nothing else. A blind forger of addresses who need not guess our port can also forge the ACKs: a windowsize of 1, so that each
    /// of them brings one DATA, and `octetsOfAddress` are then what holds him back.
    package var hasSinglePort: Bool

    /// How often something may happen, or how much.
    package struct Rate: Equatable, Sendable {
        package var perSecond: Int
        /// After a pause.
        package var atOnce: Int

        package init(perSecond: Int, atOnce: Int) {
            self.perSecond = perSecond
            self.atOnce = atOnce
        }
    }

    package init(transfers: Int = 10_000, transfersOfAddress: Int = 512, hasSinglePort: Bool = false) {
        self.transfers = transfers
        self.transfersOfAddress = transfersOfAddress
        self.hasSinglePort = hasSinglePort
    }
}

/// Where a packet came in.
package enum TFTPArrival: Equatable, Sendable {
    /// The listening port, 69.
    case listener
    /// The listening port, by way of a broadcast or multicast address.
    case broadcast
    /// The port that is the peer's transfer's own.
    case transfer(TransferKey)
}

/// What the shell found for a request.
package enum TFTPOpening {
    /// Send it, within what the way to this peer allows.
    case file(any TransferFile, TransferLimits)
    case refused(TFTPError)
    /// Say nothing.
    case withheld
}

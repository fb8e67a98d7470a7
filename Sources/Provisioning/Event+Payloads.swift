import DHCPMessages
import Packets
import SIPMessages

// What the kinds of event carry.
extension Event {
    package struct DHCPAnswered: Sendable {
        package var vendor: String?
        /// The family's id.
        package var family: String?
        package var model: String?
        package var version: String?
        package var rule: String?
        package var url: String
        package var address: IPv4Address
        package var options: [DHCPOptionCode]
    }

    package struct PnPAnswered: Sendable {
        package var vendor: String?
        /// The family's id.
        package var family: String?
        package var model: String?
        package var version: String?
        package var rule: String?
        package var body: String
        package var address: IPv4Address
        /// The station that sent the frame, where that is not the phone's own address.
        package var station: MACAddress?
        package var transport = SIPTransport.udp
        package var isRepeated: Bool
    }

    package struct Leased: Sendable {
        package var address: IPv4Address
        package var vendor: String?
        package var hostName: String?
        package var seconds: UInt32
        /// What the ACK told, if it told one.
        package var url: String?
        /// The client goes on with an address that it was using.
        package var isRenewal: Bool

        package init(
            address: IPv4Address, vendor: String? = nil, hostName: String? = nil, seconds: UInt32, url: String? = nil,
            isRenewal: Bool = false
        ) {
            self.address = address
            self.vendor = vendor
            self.hostName = hostName
            self.seconds = seconds
            self.url = url
            self.isRenewal = isRenewal
        }
    }

    package struct FileServed: Sendable {
        package var transport: FileTransport
        package var name: String
        /// The path on disk beneath the root.
        package var path: String
        /// Of the file's, that went out; `nil` where that is not known.
        package var bytes: Int64?
        /// The phone has this version already, and was told so.
        package var isUnchanged: Bool
        /// What the client asked for, where that leaves it without the end of the file.
        package var only: Excerpt?
        /// Whether the client has all that it asked for.
        package var isComplete: Bool
        /// From the request to the last byte.
        package var took: Duration
        package var address: IPv4Address
        package var vendor: String?
        /// The family's id.
        package var family: String?
        package var model: String?
        package var version: String?
        package var userAgent: String?
        /// Why the client does not have it all.
        package var reason: String?

        package init(
            transport: FileTransport = .http, name: String, path: String, bytes: Int64?, isComplete: Bool = true,
            isUnchanged: Bool = false, took: Duration = .zero, address: IPv4Address, vendor: String?, userAgent: String?,
            reason: String? = nil
        ) {
            self.transport = transport
            self.name = name
            self.path = path
            self.bytes = bytes
            self.isComplete = isComplete
            self.isUnchanged = isUnchanged
            self.took = took
            self.address = address
            self.vendor = vendor
            self.userAgent = userAgent
            self.reason = reason
        }
    }

    /// Less than a file.
    package enum Excerpt: String, Sendable {
        /// HEAD: that it is there.
        case head
        /// A range that ends before the file does.
        case part
    }

    package struct FileRefused: Sendable {
        package var transport: FileTransport
        /// As it was asked for.
        package var name: String
        /// The protocol's own number: an HTTP status, a TFTP error code, an FTP reply.
        package var status: Int
        /// The kind of refusal, by a stable name such as `not-found`.
        package var why: String?
        package var reason: String
        package var address: IPv4Address

        package init(
            transport: FileTransport, name: String, status: Int, why: String? = nil, reason: String, address: IPv4Address
        ) {
            self.transport = transport
            self.name = name
            self.status = status
            self.why = why
            self.reason = reason
            self.address = address
        }
    }

    package struct FileUploaded: Sendable {
        package var transport: FileTransport
        /// As the phone named it.
        package var name: String
        /// Beneath the folder of uploads.
        package var path: String
        package var bytes: Int64
        package var address: IPv4Address

        package init(transport: FileTransport, name: String, path: String, bytes: Int64, address: IPv4Address) {
            self.transport = transport
            self.name = name
            self.path = path
            self.bytes = bytes
            self.address = address
        }
    }

    package struct Prober: Sendable {
        package var address: IPv4Address
        /// How many different ones it asked for.
        package var phones: Int
        /// How long it is shut out.
        package var seconds: Int

        package init(address: IPv4Address, phones: Int, seconds: Int) {
            self.address = address
            self.phones = phones
            self.seconds = seconds
        }
    }
}

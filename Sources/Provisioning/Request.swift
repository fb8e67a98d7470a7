import DHCPMessages
import Packets
import SIPMessages

/// A frame that may deserve an answer, read.
package final class Request: Sendable {
    package enum Content: Sendable {
        case dhcp(DHCPMessage)
        case subscribe(PnPSubscribe)
        /// A SIP message that is no PnP question, and why not.
        case otherSIP(SIPMessage, PnPFault)

        /// What a frame holds, by its port.
        fileprivate init(_ frame: UDPFrame, sipPorts: [UInt16]) throws(Unreadable) {
            switch frame.destinationPort {
            case DHCPMessage.serverPort, DHCPMessage.clientPort:
                do {
                    self = .dhcp(try DHCPMessage(decoding: frame.payload))
                } catch {
                    throw Unreadable(silence: .dhcp(error), mac: frame.sourceMAC, kind: error == .noMagicCookie ? .bootp : .dhcp)
                }
            case let port where sipPorts.contains(port):
                do {
                    self.init(try SIPMessage(parsing: frame.payload))
                } catch {
                    throw Unreadable(silence: .sip(error.sentence), mac: frame.sourceMAC, kind: .sip, fault: error)
                }
            case let port:
                throw Unreadable(silence: .portNotServed(port), mac: frame.sourceMAC, kind: .other)
            }
        }

        init(_ message: SIPMessage) {
            do {
                self = .subscribe(try PnPSubscribe(message))
            } catch {
                self = .otherSIP(message, error)
            }
        }

        fileprivate var kind: RequestKind {
            switch self {
            case .dhcp(let message): .dhcp(message.type)
            case .subscribe: .pnpSubscribe
            case .otherSIP(let message, _): message.isRequest("SUBSCRIBE") ? .pnpSubscribe : .sip
            }
        }
    }

    package let frame: UDPFrame
    package let content: Content

    package let kind: RequestKind
    /// Of a DHCP message.
    let messageType: DHCPMessageType?
    /// It is a DHCP server's message.
    package let isDHCPReply: Bool
    /// The hardware address in a DHCP message, and the relay agent that passed that on.
    let client: MACAddress?
    let relay: IPv4Address?
    /// How a SIP request travels.
    package let transport: SIPTransport
    /// Who has the request's IP address, by what else this machine knows.
    package let known: [MACEvidence]

    /// Why a frame holds no request, and what could be read all the same.
    package struct Unreadable: Error, Sendable {
        package let silence: Silence
        package let mac: MACAddress?
        package let kind: RequestKind
        /// What is wrong with a SIP message.
        package var fault: SIPFault?
    }

    /// - Parameter sipPorts: the ports that phones send their SUBSCRIBE to, and answer a NOTIFY to.
    package convenience init(reading bytes: ArraySlice<UInt8>, sipPorts: [UInt16]) throws(Unreadable) {
        let frame: UDPFrame
        do {
            frame = try UDPFrame(decoding: bytes)
        } catch {
            throw Unreadable(silence: .frame(error), mac: MACAddress(bytes.dropFirst(6).prefix(6)), kind: .other)
        }
        try self.init(frame, sipPorts: sipPorts)
    }

    package convenience init(_ frame: UDPFrame, sipPorts: [UInt16]) throws(Unreadable) {
        self.init(frame, try Content(frame, sipPorts: sipPorts), by: .udp, known: [])
    }

    /// A SIP message that came in a frame, or by a connection that a frame stands for.
    package convenience init(_ frame: UDPFrame, holding message: SIPMessage, by transport: SIPTransport = .udp) {
        self.init(frame, Content(message), by: transport, known: [])
    }

    private init(_ frame: UDPFrame, _ content: Content, by transport: SIPTransport, known: [MACEvidence]) {
        kind = content.kind
        if case .dhcp(let message) = content {
            messageType = message.type
            isDHCPReply = message.operation == DHCPMessage.reply
            client = message.clientMAC
            relay = message.relayAddress == .any ? nil : message.relayAddress
        } else {
            (messageType, isDHCPReply, client, relay) = (nil, false, nil, nil)
        }
        self.frame = frame
        self.content = content
        self.transport = transport
        self.known = known
    }

    /// The same, of whose IP address more is known.
    package func with(_ evidence: [MACEvidence]) -> Request {
        Request(frame, content, by: transport, known: known + evidence)
    }
}

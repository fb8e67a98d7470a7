import LinuxSystem
import Packets

/// Somebody who tells a phone to come again, and hears its answer.
final class CheckSyncSender: Sendable {
    private let station: Station
    private let socket: UDPSocket
    private static let port: UInt16 = 5062

    init(_ station: Station) throws {
        self.station = station
        socket = try station.socket(port: CheckSyncSender.port)
    }

    /// Sends it until it is answered, as a transaction does (RFC 3261 §17.1.2.2).
    /// - Parameter branch: the same one is the same transaction.
    /// - Returns: the status of the answer.
    func tell(_ address: IPv4Address, _ event: String, user: String = "phone", branch: String) throws -> String {
        let lines = [
            "NOTIFY sip:\(user)@\(address) SIP/2.0",
            "Via: SIP/2.0/UDP \(station.address):\(CheckSyncSender.port);branch=z9hG4bK\(branch)",
            "From: <sip:server@\(station.address)>;tag=\(branch)",
            "To: <sip:\(user)@\(address)>",
            "Call-ID: \(branch)@\(station.address)",
            "CSeq: 1 NOTIFY",
            "Event: \(event)",
            "Contact: <sip:\(station.address):\(CheckSyncSender.port)>",
            "Content-Length: 0",
        ]
        var status: String?
        try eventually("\(address) did not answer \(event)") {
            try socket.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8), to: address, port: 5060)
            _ = try waitReadable([socket.descriptor], milliseconds: 500)
            while let (bytes, _, _) = try socket.receive() {
                let answer = SIPText(bytes)
                if answer["Via"]?.contains("z9hG4bK\(branch)") == true {
                    status = answer.startLine.split(separator: " ").dropFirst().first.map(String.init)
                }
            }
            return status != nil
        }
        return status ?? ""
    }
}

import Cryptography
import Packets
import Provisioning
import WebServer

/// Where those come who look after bellhop: who of them may, and what goes with every answer.
struct AdminListener {
    let web: WebServer
    /// By which a browser of this machine reaches it.
    let url: String

    /// What allows changes, and nobody can guess.
    static func newToken() -> String { hexText(randomKey(32)) }

    /// - Parameter longestOrder: octets of a request's body.
    init(
        _ settings: AdminSettings, at address: IPv4Address, port: UInt16, token: String, routes: [Route], longestOrder: Int
    ) throws(WebServerError) {
        let gate = AdminGate(settings, token: token)
        var limits = WebLimits()
        limits.connections = 64
        limits.connectionsPerAddress = 32
        web = try WebServer(
            listen: address, port: port, threads: 1, limits: limits,
            service: WebService(bodies: { _ in .keep(upTo: longestOrder) }) { request in
                let answer = gate.refusal(of: request) ?? routes.answer(request)
                return answer.adding(WebAnswer.safeHeaders)
            })
        url = "http://\(address == .any ? IPv4Address(127, 0, 0, 1) : address):\(port)"
    }
}

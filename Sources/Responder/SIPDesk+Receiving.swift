import LinuxSystem
import Packets
import Provisioning
import SIPMessages

/// What phones and others send to this machine alone: responses to a NOTIFY; a PnP SUBSCRIBE, which is answered as if it had been
/// multicast; any other request, which gets the refusal that RFC 3261 §8.2 has for it.
extension SIPDesk {
    func receive(by socket: SIPSocket, on served: ServedInterface) {
        for _ in 0..<256 {
            guard let (bytes, source, port) = (try? socket.socket.receive()).flatMap({ $0 }) else { return }
            let frame = SIPDesk.frame(bytes, from: source, port, to: socket.link)
            do {
                receive(try Request(frame, sipPorts: [socket.link.sipPort]), on: served, as: socket.link)
            } catch {
                unreadable(frame, error, on: served, as: socket.link)
            }
        }
    }

    func receive(_ messages: [SIPMessage], _ fault: SIPFault?, by socket: TCPConnection, _ origin: StreamOrigin) {
        let link = origin.link
        let frame = SIPDesk.frame([], from: socket.peer, socket.peerPort, to: link)
        for message in messages {
            receive(Request(frame, holding: message, by: .tcp), on: origin.served, as: link, by: socket)
        }
        guard let fault else { return }
        sink(
            Event(
                time: clock(), mac: memory.device(at: socket.peer)?.mac, interface: link.interface,
                .ignored(.sip, .sip(fault.sentence))))
    }

    /// A request in a frame that was addressed to this machine: in a VLAN, where no socket hears it.
    func refuse(_ request: Request, on served: ServedInterface) {
        guard case .otherSIP(let message, let fault) = request.content else { return }
        refuse(request.frame, on: served, as: served.socket(for: request.frame).link) { policy in
            policy.refusal(of: message, fault, from: request.frame.source, port: request.frame.sourcePort)
        }
    }

    /// What is no SIP message, and stands where one should.
    func unreadable(_ frame: UDPFrame, _ error: Request.Unreadable, on served: ServedInterface, as link: Link) {
        let mac = frame.sourceMAC.isStation ? frame.sourceMAC : memory.device(at: frame.source)?.mac
        var event = Event(time: clock(), mac: mac, interface: link.interface, .ignored(error.kind, error.silence))
        event.isAboutStranger = policy.value.isStranger(mac, learnt: mac.flatMap(memory.device))
        sink(event)
        guard let fault = error.fault else { return }
        refuse(frame, on: served, as: link) { policy in
            policy.refusal(of: frame.payload, fault, from: frame.source, port: frame.sourcePort)
        }
    }

    /// A frame that stands for what came by a socket, which does not tell whose hardware address it was.
    private static func frame(_ bytes: [UInt8], from source: IPv4Address, _ port: UInt16, to link: Link) -> UDPFrame {
        UDPFrame(
            from: MACAddress(bits: 0), source, port: port, to: link.mac ?? MACAddress(bits: 0), link.address, port: link.sipPort,
            payload: bytes)
    }

    private func receive(_ request: Request, on served: ServedInterface, as link: Link, by connection: TCPConnection? = nil) {
        let policy = policy.value
        let frame = request.frame
        if case .otherSIP(let message, let fault) = request.content {
            if fault == .isResponse { return hear(message, from: frame.source) }
            refuse(frame, on: served, as: link, by: connection) {
                $0.refusal(of: message, fault, from: frame.source, port: frame.sourcePort)
            }
        }
        let request = whereabouts.completed(request, on: served)
        let learnt = request.mac(on: link).flatMap(memory.device)
        let decision = policy.decide(request, on: link, at: clock(), learnt: learnt)
        switch decision.outcome {
        case .answer(.pnp(let answer)): self.answer(decision, answer, on: served, by: connection)
        case .answer(.dhcp): return
        case .ignore(let silence): sink(Event.ignored(decision, silence, interface: link.interface, at: clock()))
        }
    }

    /// Says no to a neighbour, within limits and in no more than three times its own bytes (T6).
    private func refuse(
        _ frame: UDPFrame, on served: ServedInterface, as link: Link, by connection: TCPConnection? = nil,
        _ refusal: (Policy) -> [UInt8]?
    ) {
        let policy = policy.value
        guard gate?.mayAnswer ?? true, policy.settings.pnp.answer == .on, link.isOwn(frame.destination),
            link.isOnLink(frame.source),
            let bytes = refusal(policy)
        else { return }
        if let connection {
            try? connection.send(bytes)
            return
        }
        var account = ByteAccount(heard: frame.payload.count)
        guard account.spend(bytes.count), mayRefuse(frame.source) else { return }
        try? served.send(
            UDPFrame(bytes, from: link, to: frame.sourceMAC, frame.source, port: frame.sourcePort, tags: frame.tags))
    }
}

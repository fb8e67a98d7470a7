import DHCPMessages
import FrameLink
import LinuxSystem
import Packets
import Provisioning
import SIPMessages

/// What becomes of one frame: it is for another desk, or it is a request, and there is a decision.
extension FrameListener {
    func handle(_ captured: CapturedFrame, _ policy: Policy, _ round: inout Round) {
        watchLag(of: captured)
        if let gate, hear(captured.bytes, from: gate) { return }
        if let leases = served.leases, let arp = ARPPacket(decoding: captured.bytes[...]) {
            return perform(leases.heard(arp, at: clock()))
        }
        let now = Moment(microseconds: captured.time.microsecondsSince1970, steady: clock().steady)
        let frame: UDPFrame
        do {
            frame = try UDPFrame(decoding: captured.bytes[...])
        } catch .notUDP(protocolNumber: IGMPFrame.protocolNumber) {
            return hear(captured.bytes, &round.groups)
        } catch {
            let mac = MACAddress(captured.bytes.dropFirst(6).prefix(6))
            let isStranger = policy.isStranger(mac, learnt: mac.flatMap(memory.device))
            return ignored(.other, .frame(error), mac, now, isStranger: isStranger)
        }
        hear(frame, policy, now, &round)
    }

    private func hear(_ frame: UDPFrame, _ policy: Policy, _ now: Moment, _ round: inout Round) {
        if frame.isBetweenOthers(served.sipPorts, on: served.link) { return overhear(frame, now) }
        let heard: Request
        do throws(Request.Unreadable) {
            heard = try Request(frame, sipPorts: served.sipPorts)
        } catch {
            let link = served.socket(for: frame).link
            return sip.unreadable(frame, error, on: served, as: link)
        }
        if heard.isDHCPReply { return hear(heard, now) }
        // In a tagged frame a phone's answer to our NOTIFY arrives here, for the socket does not see it.
        if heard.isSIP, served.link.isOwn(frame.destination), case .otherSIP(let message, .isResponse) = heard.content {
            return sip.hear(message, from: frame.source)
        }
        decide(heard, policy, now, &round)
    }

    private func decide(_ heard: Request, _ policy: Policy, _ now: Moment, _ round: inout Round) {
        let frame = heard.frame
        if let vlan = frame.tags.first, names.contains(vlan: vlan.identifier, of: served.link.interface) { return }
        let request = whereabouts.completed(heard, on: served)
        let mac = request.mac(on: served.link)
        var link = served.link
        if request.isSIP {
            link = served.socket(for: frame).link
            if case .subscribe(let subscribe) = request.content {
                others.withLock { $0.heard(subscribe, from: frame.source, mac: mac) }
            } else {
                sip.refuse(request, on: served)
            }
        }
        let learnt = mac.flatMap(memory.device)
        let mayAnswer = mayAnswer
        var none: LeaseBook?
        var decision =
            if let leases = served.leases, mayAnswer {
                leases.decide { policy.decide(request, on: link, at: now, learnt: learnt, leases: &$0, limits: &round.limits) }
            } else {
                policy.decide(request, on: link, at: now, learnt: learnt, leases: &none, limits: &round.limits)
            }
        if !mayAnswer, decision.isAnswered || decision.silence == .notLeasingHere { decision.outcome = .ignore(.listening) }
        if case .ignore(.noLease(.choseAnotherServer(let server))) = decision.outcome, let leases = served.leases,
            isStranger(server)
        {
            perform(leases.heard(server, at: now))
        }
        perform(decision, request, policy, now, &round)
    }

    /// What another server told somebody.
    private func hear(_ reply: Request, _ now: Moment) {
        guard case .dhcp(let message) = reply.content, let server = OtherServer(message, in: reply.frame, on: served.link) else {
            return
        }
        guard isStranger(server.address) else { return }
        if let leases = served.leases { perform(leases.heard(server, at: clock())) }
        sink(Event(time: now, mac: server.client, interface: served.link.interface, .otherServer(server)))
    }

    /// What others say to each other: it may be a responder that is not this one.
    private func overhear(_ frame: UDPFrame, _ now: Moment) {
        guard frame.mayBeOtherResponders, let message = try? SIPMessage(parsing: frame.payload),
            let (responder, phone) = others.withLock({ $0.overheard(message, in: frame, on: served.link) })
        else { return }
        sink(Event(time: now, mac: phone, interface: served.link.interface, .otherResponder(responder)))
    }

    private func ignored(
        _ kind: RequestKind, _ silence: Silence, _ mac: MACAddress?, _ now: Moment, isStranger: Bool = false
    ) {
        var event = Event(time: now, mac: mac, interface: served.link.interface, .ignored(kind, silence))
        event.isAboutStranger = isStranger
        sink(event)
    }
}

/// What is done about decisions.
extension FrameListener {
    private func perform(_ decision: Decision, _ request: Request, _ policy: Policy, _ now: Moment, _ round: inout Round) {
        let interface = served.link.interface
        if let mac = decision.identity.mac {
            let isItself = request.isFromItself(mac)
            let address = isItself && request.frame.source.isHost ? request.frame.source : nil
            if !isItself, let relay = decision.arrival?.relay, policy.settings.dhcp.trusts(relay) { memory.hasLeft(mac) }
            memory.learn(
                decision.identity, address: address, interface: interface, tags: isItself ? request.frame.tags : nil,
                sipPort: decision.arrival?.sipPort, rule: decision.rule, at: now)
            if !names.isOne, decision.isAnswered,
                let other = recent.claim(request.key(mac), on: interface, at: MonotonicClock.now())
            {
                return sink(Event.ignored(decision, .answeredOnOtherInterface(other), interface: interface, at: now))
            }
        }
        guard decision.changes.isEmpty else {
            // The change is on disk before the ACK is on the wire; this thread goes on meanwhile.
            guard !stored.isFull else { return sink(Event.ignored(decision, .diskIsBehind, interface: interface, at: now)) }
            return stored.store(decision, now, in: store)
        }
        switch decision.outcome {
        case .ignore(let silence) where silence.isTallied: break
        case .ignore(let silence): sink(Event.ignored(decision, silence, interface: interface, at: now))
        case .answer(.pnp(let answer)):
            sip.answer(decision, answer, on: served)
        case .answer(.dhcp(let answer)):
            if let answer = outgoing(answer, decision, now) { round.answers.append(answer) }
        }
    }

    func perform(_ actions: [LeaseDesk.Action]) {
        for action in actions {
            switch action {
            case .send(let frame): try? served.frames.send(frame)
            case .say(let what): sink(Event(time: clock(), mac: nil, interface: served.link.interface, what))
            }
        }
    }
}

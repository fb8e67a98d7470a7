/// Keys by the time at which they are due: a binary heap that knows where in it each key stands, so that setting one anew or taking
/// one out costs the logarithm of their number, and nothing out of date is left behind.
struct DueQueue<Key: Hashable> {
    private var heap: [(key: Key, time: UInt64)] = []
    private var places: [Key: Int] = [:]

    var count: Int { heap.count }
    var first: (key: Key, time: UInt64)? { heap.first }

    /// Sets or moves a key; `nil` takes it out.
    mutating func set(_ key: Key, to time: UInt64?) {
        guard let time else { return remove(key) }
        if let place = places[key] {
            let before = heap[place].time
            heap[place].time = time
            if time < before { rise(from: place) } else { sink(from: place) }
        } else {
            heap.append((key, time))
            places[key] = heap.count - 1
            rise(from: heap.count - 1)
        }
    }

    private mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key), let moved = heap.popLast(), place < heap.count else { return }
        heap[place] = moved
        places[moved.key] = place
        rise(from: place)
        sink(from: place)
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, heap[place].time < heap[(place - 1) / 2].time {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child].time < heap[least].time {
                least = child
            }
            guard least != place else { return }
            swap(place, least)
            place = least
        }
    }

    private mutating func swap(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        places[heap[a].key] = a
        places[heap[b].key] = b
    }
}

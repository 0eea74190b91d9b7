using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Flowcontrol;
using Coppice.ApiServer.Requests;
using Coppice.Objects.Authentication;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Fairness;

/// <summary>
/// Bounds how many requests are answered at once, as flow schemas and priority levels say: a request is of the first schema that it fits,
/// and waits in that schema's level, behind no other level's requests. Whoever administers the cluster, and who asks for its health, is
/// of an exempt level and never waits.
/// </summary>
internal sealed class FlowControl
{
    private readonly FlowOptions _options;
    private readonly TimeProvider _time;
    private readonly ulong _seed;
    private volatile FlowRule[] _rules = [];

    /// <summary>Begins with what every cluster has, until it is told what there is.</summary>
    public FlowControl(FlowOptions options, TimeProvider time, Random random)
    {
        (_options, _time, _seed) = (options, time, (ulong)random.NextInt64());
        Apply(FlowDefaults.SuggestedSchemas, FlowDefaults.SuggestedLevels);
    }

    /// <summary>In the order in which they are tried.</summary>
    public IReadOnlyList<FlowRule> Rules => _rules;

    /// <summary>Of all levels together, at the last adjustment: which part of what they ask for they were given.</summary>
    public double FairFraction { get; private set; }

    public IEnumerable<PriorityLevel> Levels => _rules.Select(rule => rule.Level).Distinct();

    /// <summary>From now on it goes by these. A schema whose level is not there is passed over; what must be there is, in any case.</summary>
    /// <remarks>Called by one at a time.</remarks>
    public void Apply(IReadOnlyList<FlowSchema> schemas, IReadOnlyList<PriorityLevelConfiguration> levels)
    {
        PriorityLevelConfiguration[] all = [.. levels, .. FlowDefaults.MandatoryLevels.ExceptBy(levels.Select(one => one.Metadata.Name), one => one.Metadata.Name)];
        var before = _rules;
        var limits = SeatPlanner.Limits([.. all.Select(one => one.Spec)], _options.Seats);
        var made = new Dictionary<string, PriorityLevel>(StringComparer.Ordinal);
        for (var i = 0; i < all.Length; i++)
        {
            var name = all[i].Metadata.Name!;
            made[name] = before.Select(rule => rule.Level).FirstOrDefault(one => one.Object.Metadata.Name == name) ?? new PriorityLevel(_time, _options.LongestWait);
            made[name].Configure(all[i], limits[i]);
        }

        _rules =
        [
            .. schemas.Concat(FlowDefaults.MandatorySchemas.ExceptBy(schemas.Select(one => one.Metadata.Name), one => one.Metadata.Name))
                .Where(schema => made.ContainsKey(schema.Spec.PriorityLevelConfiguration.Name))
                .OrderBy(schema => schema.Spec.MatchingPrecedence).ThenBy(schema => schema.Metadata.Name, StringComparer.Ordinal)
                .Select(schema => RuleOf(schema, made[schema.Spec.PriorityLevelConfiguration.Name], before)),
        ];
    }

    /// <summary>Lends seats where they are not used to where they are asked for.</summary>
    public void Adjust()
    {
        PriorityLevel[] levels = [.. Levels];
        var (seats, fraction) = SeatPlanner.Share([.. levels.Select(level => level.Ask())], _options.Seats);
        FairFraction = fraction;
        for (var i = 0; i < levels.Length; i++)
        {
            levels[i].Grant(seats[i]);
        }
    }

    /// <summary>The schema that a request is of.</summary>
    public FlowRule RuleOf(UserInfo user, AccessRequest request)
    {
        var rules = _rules;
        foreach (var rule in rules)
        {
            if (rule.Fits(user, request))
            {
                return rule;
            }
        }

        // The last one takes everybody who is anybody.
        return rules[^1];
    }

    /// <summary>Waits for the request's turn, which ends when it is disposed.</summary>
    /// <param name="asked">As it came.</param>
    /// <param name="width">How many seats it takes, from 1.</param>
    /// <exception cref="ApiError">TooManyRequests.</exception>
    public ValueTask<Seat> TakeAsync(FlowRule rule, UserInfo user, (AccessRequest Access, ApiRequest Request) asked, int width, CancellationToken stop)
    {
        var (schema, distinguisher) = (rule.Schema.Metadata.Name!, rule.DistinguisherOf(user, asked.Access));
        return rule.Level.TakeAsync(
            rule.Tally,
            Hand.HashOf(_seed, schema, distinguisher),
            Math.Min(width, rule.Level.WidestRequest),
            stop,
            new(schema, distinguisher, user, asked.Request));
    }

    private static FlowRule RuleOf(FlowSchema schema, PriorityLevel level, IReadOnlyList<FlowRule> before)
    {
        var old = before.FirstOrDefault(one => one.Schema.Metadata.Name == schema.Metadata.Name && one.Level == level);
        return new FlowRule(schema, level, old?.Tally ?? new FlowTally());
    }
}

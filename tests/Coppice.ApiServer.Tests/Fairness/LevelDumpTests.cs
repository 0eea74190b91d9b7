using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Flowcontrol;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Fairness;

/// <summary>What is seen of who waits.</summary>
public sealed class LevelDumpTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FlowControl _flows;

    public LevelDumpTests()
    {
        _flows = new FlowControl(new FlowOptions { ReadingMax = 1, WritingMax = 0 }, _time, new Random(1));
        var queues = new LimitResponse { Type = LimitResponseType.Queue, Queuing = new() { Queues = 1, HandSize = 1, QueueLengthLimit = 10 } };
        _flows.Apply(
            [
                new FlowSchema
                {
                    Metadata = new() { Name = "of-jane" },
                    Spec = new()
                    {
                        PriorityLevelConfiguration = new() { Name = "narrow" },
                        DistinguisherMethod = new() { Type = FlowDistinguisherMethodType.ByUser },
                        Rules =
                        [
                            new()
                            {
                                Subjects = [new() { Kind = SubjectKind.User, User = new() { Name = "jane" } }],
                                ResourceRules = [new() { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"], Namespaces = ["*"] }],
                            },
                        ],
                    },
                },
            ],
            [
                new PriorityLevelConfiguration
                {
                    Metadata = new() { Name = "narrow" },
                    Spec = new() { Type = PriorityLevelEnablement.Limited, Limited = new() { NominalConcurrencyShares = 1, LimitResponse = queues } },
                },
            ]);
    }

    [Fact]
    public async Task Who_waits_is_told_with_what_it_asks()
    {
        var first = await TakeAsync("/apis/apps/v1/namespaces/default/deployments/web");
        _time.Advance(TimeSpan.FromSeconds(2));
        var since = _time.GetUtcNow();
        var second = TakeAsync("/apis/apps/v1/namespaces/default/deployments/web/scale");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["narrow,0,1,1,1,0.00300000ss,1,1,0.00300000ss"], RowsOf(LevelDump.QueuesPath, withDetails: false));
        var row = $"narrow,of-jane,0,0,jane,{since:yyyy-MM-ddTHH:mm:ss.FFFFFFFZ},1,0,0s";
        Assert.Equal([row], RowsOf(LevelDump.RequestsPath, withDetails: false));
        Assert.Equal(
            [$"{row},jane,get,/apis/apps/v1/namespaces/default/deployments/web/scale,default,web,apps/v1,deployments,scale"], RowsOf(LevelDump.RequestsPath, withDetails: true));

        first.Dispose();
        (await second).Dispose();
        Assert.Empty(RowsOf(LevelDump.RequestsPath, withDetails: true));
    }

    [Fact]
    public void There_is_no_other_dump() => Assert.Null(LevelDump.Find("/debug/api_priority_and_fairness", _flows, withDetails: false));

    private IEnumerable<string> RowsOf(string path, bool withDetails) => LevelDump.Find(path, _flows, withDetails)!
        .Replace(" ", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Where(row => row.StartsWith("narrow,", StringComparison.Ordinal));

    private Task<Seat> TakeAsync(string path)
    {
        var (user, request) = (Users.Of("jane"), ApiRequest.Parse("GET", path, watch: false));
        var access = AccessRequest.Of(request, null);
        return _flows.TakeAsync(_flows.RuleOf(user, access), user, (access, request), 1, default).AsTask();
    }
}

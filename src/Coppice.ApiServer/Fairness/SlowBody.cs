using System.IO.Pipelines;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Fairness;

/// <summary>Goes with a request whose body is waited for: by which clock, and how long.</summary>
internal sealed record BodyDeadline(TimeProvider Time, TimeSpan Limit);

/// <summary>Waits for what of a body is still to come.</summary>
internal static class SlowBody
{
    // A body that comes right after its headers is waited for in the seat: who gives it back queues once more.
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(100);

    /// <summary>Who takes its time to send keeps nobody waiting: the seat is given back until there is all of the body.</summary>
    /// <exception cref="ApiError">TooManyRequests: too many of its flow do so.</exception>
    public static async ValueTask<ReadResult> ReadMoreAsync(HttpContext http, PipeReader reader, CancellationToken stop)
    {
        if (RequestScope.Find<Seat>(http) is not { } seat || RequestScope.Find<BodyDeadline>(http) is not { } deadline)
        {
            return await reader.ReadAsync(stop);
        }

        var more = reader.ReadAsync(stop).AsTask();
        try
        {
            return await more.WaitAsync(Prompt, deadline.Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            try
            {
                seat.Yield();
            }
            catch (ApiError)
            {
                reader.CancelPendingRead();
                var rest = await more;
                reader.AdvanceTo(rest.Buffer.Start, rest.Buffer.End);
                throw;
            }

            return await more;
        }
    }
}

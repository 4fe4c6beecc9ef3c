/** What `dialect.ts` lets old targets work out by themselves: the effects of newer commands on the target's own keys. */

export const SCRIPTS = {
  /** KEYS from, to; ARGV pop, push. */
  lmove: "local v=redis.call(ARGV[1],KEYS[1]) if v then redis.call(ARGV[2],KEYS[2],v) end return v",

  /** KEYS from, to; ARGV [database of the copy]. An expiry is copied as what is left of it: to the millisecond, or one beside it. */
  copy:
    "local d,t=redis.call('DUMP',KEYS[1]),redis.call('PTTL',KEYS[1]) if not d then return 0 end " +
    "if ARGV[1] then redis.call('SELECT',ARGV[1]) end " +
    "redis.call('RESTORE',KEYS[2],t>0 and t or 0,d,'REPLACE') return 1",

  /** KEYS key; ARGV GT|LT, XX?, INCR?, score, member, … A member that is new is added, unless XX. */
  zadd:
    "local gt=ARGV[1]=='GT' for i=4,#ARGV,2 do local old=redis.call('ZSCORE',KEYS[1],ARGV[i+1]) local new=ARGV[i] " +
    "if ARGV[3]=='1' then local n=redis.call('ZADD',KEYS[1],'INCR',new,ARGV[i+1]) " +
    "if old and not ((gt and tonumber(n)>tonumber(old)) or (not gt and tonumber(n)<tonumber(old))) then redis.call('ZADD',KEYS[1],old,ARGV[i+1]) end " +
    "elseif not old then if ARGV[2]=='0' then redis.call('ZADD',KEYS[1],new,ARGV[i+1]) end " +
    "elseif (gt and tonumber(new)>tonumber(old)) or (not gt and tonumber(new)<tonumber(old)) then redis.call('ZADD',KEYS[1],new,ARGV[i+1]) end end",

  /** KEYS to, from; ARGV min, max, [BYSCORE|BYLEX] [REV] [LIMIT offset count]. */
  zrangestore:
    "local by,rev,limit='',false,{} local i=3 while ARGV[i] do local w=string.upper(ARGV[i]) " +
    "if w=='REV' then rev=true elseif w=='LIMIT' then limit={'LIMIT',ARGV[i+1],ARGV[i+2]} i=i+2 else by=w end i=i+1 end " +
    "local name=(rev and 'ZREVRANGE' or 'ZRANGE')..(by=='BYSCORE' and 'BYSCORE' or by=='BYLEX' and 'BYLEX' or '') " +
    "local found=redis.call(name,KEYS[2],ARGV[1],ARGV[2],unpack(limit)) local out={} " +
    "for _,m in ipairs(found) do out[#out+1]={redis.call('ZSCORE',KEYS[2],m),m} end " +
    "redis.call('DEL',KEYS[1]) for _,e in ipairs(out) do redis.call('ZADD',KEYS[1],e[1],e[2]) end return #out",

  /** KEYS to, from; ARGV the command that stores. */
  georadius: "if redis.call('EXISTS',KEYS[2])==0 then return redis.call('DEL',KEYS[1]) end return redis.call(unpack(ARGV))",

  /** KEYS to, first, others … */
  zdiffstore:
    "local left=redis.call('ZRANGE',KEYS[2],0,-1,'WITHSCORES') local out={} for i=1,#left,2 do local gone=false " +
    "for k=3,#KEYS do if redis.call('ZSCORE',KEYS[k],left[i]) then gone=true end end " +
    "if not gone then out[#out+1]={left[i+1],left[i]} end end " +
    "redis.call('DEL',KEYS[1]) for _,e in ipairs(out) do redis.call('ZADD',KEYS[1],e[1],e[2]) end return #out",

  /** KEYS stream; ARGV first id to keep. */
  xtrim:
    "local ms,seq=string.match(ARGV[1],'^(%d+)-?(%d*)$') local min=ms..'-'..(seq=='' and '0' or seq) " +
    "while true do local ids={} for _,e in ipairs(redis.call('XRANGE',KEYS[1],'-',min,'COUNT',500)) do " +
    "if e[1]~=min then ids[#ids+1]=e[1] end end " +
    "if #ids==0 then return 0 end redis.call('XDEL',KEYS[1],unpack(ids)) end",

  /** KEYS stream; ARGV ids: also what waits for an acknowledgement of them goes. */
  xdelref:
    "for _,flat in ipairs(redis.call('XINFO','GROUPS',KEYS[1])) do local group for i=1,#flat,2 do if flat[i]=='name' then group=flat[i+1] end end " +
    "redis.call('XACK',KEYS[1],group,unpack(ARGV)) end return redis.call('XDEL',KEYS[1],unpack(ARGV))",

  /** KEYS stream; ARGV MAXLEN|MINID, its limit, how many entries will come first: what is about to be trimmed waits for no acknowledgement any more. */
  xforget:
    "if redis.call('EXISTS',KEYS[1])==0 then return 0 end local byLength=ARGV[1]=='MAXLEN' local left,to,stop=math.huge,'+',nil " +
    "if byLength then left=redis.call('XLEN',KEYS[1])+ARGV[3]-ARGV[2] else " +
    "local ms,seq=string.match(ARGV[2],'^(%d+)-?(%d*)$') stop=ms..'-'..(seq=='' and '0' or seq) to=stop end " +
    "local from,last='-',nil while left>0 do local ids={} for _,e in ipairs(redis.call('XRANGE',KEYS[1],from,to,'COUNT',500)) do " +
    "if e[1]~=last and e[1]~=stop and left>0 then ids[#ids+1]=e[1] left=left-1 end end if #ids==0 then return 0 end " +
    "for _,flat in ipairs(redis.call('XINFO','GROUPS',KEYS[1])) do local group for i=1,#flat,2 do if flat[i]=='name' then group=flat[i+1] end end " +
    "redis.call('XACK',KEYS[1],group,unpack(ids)) end last=ids[#ids] from=last end return 0",

  /** KEYS stream; ARGV ids: only those that every group has read and nobody has pending. */
  xdelacked:
    "local groups=redis.call('XINFO','GROUPS',KEYS[1]) local function parts(id) local a,b=string.match(id,'^(%d+)-(%d+)$') return a,b end " +
    "local function le(a,b) local am,as=parts(a) local bm,bs=parts(b) if #am~=#bm then return #am<#bm end if am~=bm then return am<bm end " +
    "if #as~=#bs then return #as<#bs end return as<=bs end " +
    "for _,id in ipairs(ARGV) do local free=true for _,flat in ipairs(groups) do local g={} for i=1,#flat,2 do g[flat[i]]=flat[i+1] end " +
    "if not le(id,g['last-delivered-id']) or #redis.call('XPENDING',KEYS[1],g['name'],id,id,1)>0 then free=false end end " +
    "if free then redis.call('XDEL',KEYS[1],id) end end",
} as const;

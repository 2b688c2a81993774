package board

// say is all that a board says by itself: in Korean, English, Chinese,
// Vietnamese and Japanese, worded as public offices word it. Every language
// leaves open the same places, in the same order unless they are numbered.
var say = struct {
	wait, starting                  words
	noCalls, take, remember         words
	number, no, counter, again      words
	counters, queue, recent, page   words
	service, waiting, expected      words
	away, nobody, closed, notCalled words
	ticketsClosed, early, full      words
	earlyMore, ended, lost, doubt   words
	dayClosed, hours                words
	missed, missedDo, held, heldDo  words
	unprinted, unprintedDo          words
	stopped, without, remembered    words
	others, photograph, notices     words
	checkIn, checkInCode            words
	people, peopleWaiting           words
	within, minutes, minuteRange    words
	hour, hourRange                 words
	date                            words // month, day, day of the week, month in English
	weekdays                        [languages][7]string
}{
	wait:     words{"잠시 기다려 주십시오", "Please wait", "请稍候", "Xin vui lòng chờ", "少々お待ちください"},
	starting: words{"순번 표시판을 준비하고 있습니다", "The board is starting", "显示屏正在启动", "Bảng hiển thị đang khởi động", "表示板を準備しております"},

	noCalls:  words{"아직 호출이 없습니다", "No calls yet", "尚未开始叫号", "Chưa gọi số nào", "まだお呼び出しはありません"},
	take:     words{"번호표를 받고 잠시 기다려 주십시오", "Take a ticket and wait for your number", "请取号后稍候", "Xin lấy số và chờ gọi", "番号札をお取りになり、お待ちください"},
	remember: words{"번호를 기억하고 기다려 주십시오", "Please remember your number and wait", "请记住您的号码并稍候", "Xin nhớ số của mình và chờ gọi", "番号を覚えて、お待ちください"},

	number:  words{"번호", "Number", "号码", "Số", "番号"},
	no:      words{"번", "No.", "号", "Số", "番"},
	counter: words{"창구", "Counter", "窗口", "Quầy", "窓口"},
	again:   words{"재호출", "Called again", "再次叫号", "Gọi lại", "再呼び出し"},

	counters: words{"창구 현황", "Counters", "窗口情况", "Các quầy", "窓口の状況"},
	queue:    words{"대기 현황", "Waiting", "等候情况", "Đang chờ", "待ち状況"},
	recent:   words{"최근 호출", "Recent calls", "最近叫号", "Vừa gọi", "最近の呼び出し"},
	page:     words{"대기 현황 보기", "Queue online", "查看等候情况", "Xem hàng chờ", "待ち状況を見る"},

	service:  words{"업무", "Service", "业务", "Dịch vụ", "業務"},
	waiting:  words{"대기", "Waiting", "等候", "Đang chờ", "待ち"},
	expected: words{"예상 시간", "Expected", "预计时间", "Dự kiến", "目安時間"},

	away:      words{"부재중", "Away", "暂离", "Tạm vắng", "離席中"},
	nobody:    words{"창구 부재중", "Away", "窗口暂停", "Tạm vắng", "窓口休止中"},
	closed:    words{"마감", "Closed", "已关闭", "Đã đóng", "受付終了"},
	notCalled: words{"호출 전", "Not yet called", "尚未叫号", "Chưa gọi", "呼び出し前"},

	ticketsClosed: words{"발권마감", "Tickets closed", "停止取号", "Ngừng phát số", "発券終了"},
	early:         words{"조기마감", "Closed early", "提前截止", "Đóng sớm", "早期終了"},
	full:          words{"번호 소진", "No tickets left", "号码已发完", "Hết số", "番号札終了"},

	earlyMore: words{
		"조기마감: 새 번호표는 드리지 않으며, 받으신 번호는 오늘 모시겠습니다.",
		"Closed early: no new tickets. Numbers already taken will be served today.",
		"提前截止：不再发号，已取的号码今日照常办理。",
		"Đóng sớm: không phát số mới. Số đã lấy vẫn được phục vụ hôm nay.",
		"早期終了：新しい番号札は発行いたしません。お持ちの番号は本日ご案内いたします。"},
	ended: words{
		"오늘 번호표 발권을 마감하였습니다. 받으신 번호는 차례대로 모시겠습니다.",
		"No more tickets today. Tickets already taken will be served.",
		"今日取号已结束。已取的号码将依次办理。",
		"Hôm nay đã ngừng phát số. Số đã lấy sẽ được phục vụ lần lượt.",
		"本日の発券は終了いたしました。お持ちの番号は順番にご案内いたします。"},
	lost: words{
		"%s부터 새 정보를 받지 못하고 있습니다. 그때까지의 화면입니다. 직원의 안내를 받아 주십시오.",
		"No updates since %s. Last known state shown; please ask the staff.",
		"自 %s 起未收到更新，显示的是此前的内容。请咨询工作人员。",
		"Không có cập nhật từ %s. Đây là thông tin cuối cùng; xin hỏi nhân viên.",
		"%s から更新がありません。それまでの画面です。職員にお尋ねください。"},
	doubt: words{"시계 미확인", "Clock not confirmed", "时间未核对", "Giờ chưa xác nhận", "時刻未確認"},

	dayClosed: words{"지금은 업무 시간이 아닙니다", "The office is closed now", "现在不是办公时间", "Hiện ngoài giờ làm việc", "ただいまは業務時間外です"},
	hours:     words{"번호표 발권 시간 %s~%s", "Tickets from %s to %s", "取号时间 %s–%s", "Giờ phát số: %s–%s", "番号札の発券時間 %s〜%s"},

	missed:      words{"부재", "Missed", "过号", "Lỡ lượt", "不在"},
	missedDo:    words{"창구에 말씀해 주십시오", "Tell any counter", "请告知窗口", "Xin báo tại quầy", "窓口にお申し出ください"},
	held:        words{"보류", "On hold", "暂缓", "Tạm giữ", "保留"},
	heldDo:      words{"다시 불러 드립니다", "You will be called again", "将再次叫号", "Sẽ được gọi lại", "改めてお呼びいたします"},
	unprinted:   words{"미인쇄", "No paper", "未打印", "Chưa in", "未印刷"},
	unprintedDo: words{"번호를 기억해 주십시오", "Remember your number", "请记住您的号码", "Xin nhớ số của mình", "番号を覚えてください"},

	stopped: words{"번호표가 인쇄되지 않습니다.", "Tickets are not printed.", "暂时无法打印号票。", "Hiện không in được phiếu.", "番号札を印刷できません。"},
	without: words{"번호표를 받지 못하셨습니까?", "No paper ticket?", "没有取到号票？", "Chưa nhận được phiếu?", "番号札が出ませんでしたか？"},
	remembered: words{"번호를 기억해 주십시오.", "No paper ticket: please remember your number.", "没有号票的人士，请记住您的号码。",
		"Không có phiếu giấy: xin nhớ số của mình.", "番号札のない方は、番号を覚えてください。"},
	others: words{"그 밖에", "Others", "其他", "Số khác", "その他"},
	photograph: words{"QR 코드를 찍으시면 번호표로 쓰실 수 있습니다.", "Scan the code: it is your ticket.", "扫描二维码即可当作号票。",
		"Quét mã QR để dùng thay phiếu.", "QRコードを読み取ると番号札になります。"},
	notices: words{"안내", "Notice", "通知", "Thông báo", "お知らせ"},
	checkIn: words{"온라인으로 번호표를 받으신 분은 도착하시면 찍어 주십시오", "Online ticket? Please scan when you arrive.", "网上取号的人士，到达后请扫码。",
		"Đã lấy số trực tuyến? Xin quét mã khi đến nơi.", "オンラインで番号をお取りの方は、到着後に読み取ってください。"},
	checkInCode: words{"온라인 번호표 도착 확인", "Online ticket? Check in here", "网上取号到达确认", "Số trực tuyến: báo đã đến", "オンライン番号の到着確認"},

	people:        words{"%d명", "%d", "%d人", "%d người", "%d人"},
	peopleWaiting: words{"대기 %d명", "%d waiting", "%d人等候", "%d người chờ", "%d人待ち"},
	within:        words{"%d분 이내", "under %d min", "%d分钟以内", "dưới %d phút", "%d分以内"},
	minutes:       words{"약 %d분", "about %d min", "约%d分钟", "khoảng %d phút", "約%d分"},
	minuteRange:   words{"약 %d~%d분", "%d–%d min", "约%d–%d分钟", "%d–%d phút", "約%d〜%d分"},
	hour:          words{"약 %d시간", "about %d h", "约%d小时", "khoảng %d giờ", "約%d時間"},
	hourRange:     words{"약 %d~%d시간", "%d–%d h", "约%d–%d小时", "%d–%d giờ", "約%d〜%d時間"},

	date: words{"%d월 %d일 (%[3]s)", "%[3]s, %[2]d %[4]s", "%d月%d日 星期%[3]s", "%[3]s, %[2]d/%[1]d", "%d月%d日(%[3]s)"},
	weekdays: [languages][7]string{
		{"일", "월", "화", "수", "목", "금", "토"},
		{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		{"日", "一", "二", "三", "四", "五", "六"},
		{"Chủ Nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"},
		{"日", "月", "火", "水", "木", "金", "土"},
	},
}

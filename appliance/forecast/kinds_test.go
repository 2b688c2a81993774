package forecast

import "time"

// rush is a usual day: busy before noon and after lunch.
func rush(perHour float64) []float64 {
	out := []float64{0.95, 1.25, 1.15, 0.85, 1.15, 1.1, 1.0, 0.85, 0.5}
	for i := range out {
		out[i] *= perHour
	}
	return out
}

func same(n int, serves ...string) []post {
	var out []post
	for range n {
		out = append(out, post{serves: serves})
	}
	return out
}

// shifted closes post i between two hours.
func shifted(posts []post, from, to float64, which ...int) []post {
	for _, i := range which {
		posts[i].from = append(posts[i].from, shift{at: from}, shift{at: to, open: true})
	}
	return posts
}

func kinds() []office {
	return []office{
		{
			name:    "dong",
			trades:  []trade{{"민원", 5 * time.Minute, 4.4, 0.6, 1, 0.03}},
			posts:   same(4, "민원"),
			perHour: rush(47), demand: 0.12, tempo: 0.05, react: 20, gap: 12,
		},
		{
			name:    "lunch",
			trades:  []trade{{"민원", 4 * time.Minute, 4.5, 0.6, 1, 0.04}},
			posts:   shifted(same(4, "민원"), 12, 13, 2, 3),
			perHour: rush(45), demand: 0.12, tempo: 0.06, react: 15, gap: 12,
		},
		{
			name: "cityhall",
			trades: []trade{
				{"증명", 3 * time.Minute, 3.2, 0.5, 0.38, 0.04},
				{"전입", 6 * time.Minute, 7.5, 0.6, 0.2, 0.03},
				{"가족", 10 * time.Minute, 11, 0.7, 0.12, 0.05},
				{"세무", 5 * time.Minute, 8, 0.8, 0.14, 0.05},
				{"여권", 7 * time.Minute, 8.5, 0.5, 0.1, 0.03},
				{"복지", 15 * time.Minute, 18, 0.8, 0.06, 0.06},
			},
			posts: slicesOf(
				same(3, "증명"), same(2, "증명", "전입"), same(2, "전입", "증명"), same(2, "가족", "전입"),
				same(2, "세무", "증명"), same(2, "여권"), same(1, "복지"), same(1, "복지", "가족"),
			),
			perHour: rush(108), demand: 0.1, tempo: 0.05, react: 20, gap: 10, priority: 0.05,
		},
		{
			name: "passport",
			trades: []trade{
				{"신청", 8 * time.Minute, 7.2, 0.5, 0.65, 0.05},
				{"교부", 3 * time.Minute, 2.6, 0.6, 0.35, 0.03},
			},
			posts: slicesOf(
				shifted(same(2, "신청"), 11.5, 12.5, 0), shifted(same(2, "신청", "교부"), 12.5, 13.5, 0),
				same(1, "교부", "신청"),
			),
			perHour: rush(41), demand: 0.15, tempo: 0.05, react: 20, gap: 15,
		},
		{
			name:    "heavy",
			trades:  []trade{{"상담", 10 * time.Minute, 7, 1.0, 1, 0.05}},
			posts:   same(5, "상담"),
			perHour: rush(38), demand: 0.15, tempo: 0.1, react: 20, gap: 20,
			drift: []float64{0.85, 0.9, 1, 1, 1.05, 1.1, 1.15, 1.2, 1.1},
		},
		{
			name: "breaks",
			trades: []trade{
				{"민원", 5 * time.Minute, 4.6, 0.7, 0.7, 0.08},
				{"등본", 2 * time.Minute, 2.2, 0.5, 0.3, 0.08},
			},
			posts:   same(4, "민원", "등본"),
			perHour: rush(50), demand: 0.25, tempo: 0.12, react: 25, gap: 15,
			breaks: 0.35, breakMin: 9, silent: true, priority: 0.08,
		},
		{
			name: "ranked",
			trades: []trade{
				{"민원", 5 * time.Minute, 5.2, 0.6, 0.6, 0.05},
				{"세무", 5 * time.Minute, 6.5, 0.7, 0.4, 0.05},
			},
			posts:   slicesOf(same(2, "민원", "세무"), same(2, "세무", "민원")),
			perHour: rush(37), demand: 0.15, tempo: 0.08, react: 0, gap: 10,
			breaks: 0.2, breakMin: 10, ranked: true,
		},
	}
}

func slicesOf(parts ...[]post) []post {
	var out []post
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

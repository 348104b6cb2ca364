<?php
// phpcs:disable
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Storage;

final class PublishingTest extends SiteTestCase {
	public function test_a_whole_article(): void {
		wp_insert_user( [ 'user_login' => 'wanda-' . wp_rand(), 'user_pass' => 'x', 'user_email' => $mail = 'wanda' . wp_rand() . '@example.test', 'display_name' => $name = 'Wanda W. ' . wp_rand(), 'role' => 'author' ] );
		$image   = $this->upload( $this->image(), [ 'source_url' => 'https://img.test/a.png', 'alt' => 'A tree & a house', 'caption' => 'C' ] );
		$second  = $this->upload( $this->image() );
		$payload = $this->payload( [
			'title' => 'Back\\slash & "quotes" ' . wp_rand(), 'content_html' => '<p onclick="x()">a \\ b</p><script>x</script><img src="https://img.test/a.png"><img src="https://img.test/b.png?x=1&amp;y=2">',
			'excerpt' => 'E\\x', 'slug' => 'My Slug ' . ( $n = wp_rand() ), 'date_gmt' => '2024-02-03T04:05:06Z', 'author' => $name,
			'categories' => [ "Guides $n", "Guides $n > Beginners", 'R & D' ], 'tags' => [ '2024', 'a, b' ], 'seo_title' => 'S\\T', 'seo_description' => 'SD', 'primary_keyword' => 'k1', 'secondary_keywords' => [ 'k2', 'k3' ],
			'featured_image_url' => 'https://img.test/a.png', 'gallery_images' => [ [ 'url' => 'https://img.test/b.png?x=1&y=2' ] ], 'meta' => [ 'colour' => 'r\\ed', '_secret' => 'x' ],
			'media' => [ [ 'source_url' => 'https://img.test/a.png', 'attachment_id' => $image['body']['attachment_id'] ], [ 'source_url' => 'https://img.test/b.png?x=1&y=2', 'attachment_id' => $second['body']['attachment_id'] ] ],
		] );
		$seo = 'define( "WPSEO_VERSION", "1" ); define( "RANK_MATH_VERSION", "1" ); define( "SEOPRESS_VERSION", "1" );';
		$answer = $this->with_mu_plugin( $seo, function () use ( $payload ) { return Platform::publish( $payload ); } );

		$this->assertSame( 201, $answer['status'], $answer['raw'] );
		$body = $answer['body'];
		$post = get_post( $body['post_id'] );
		$this->assertSame( [ true, $payload['operation_id'], $payload['content_id'], 'publish', false ], [ $body['success'], $body['operation_id'], $body['content_id'], $body['post_status'], $body['replayed'] ] );
		$this->assertSame( [ $payload['title'], 'E\\x', "my-slug-$n", '2024-02-03 04:05:06', 'publish' ], [ $post->post_title, $post->post_excerpt, $post->post_name, $post->post_date_gmt, $post->post_status ] );
		$this->assertSame( '<p onclick="x()">a \\ b</p><script>x</script><img src="' . $image['body']['url'] . '" class="wp-image-' . $image['body']['attachment_id'] . '"><img src="' . $second['body']['url'] . '" class="wp-image-' . $second['body']['attachment_id'] . '">', $post->post_content );
		$this->assertSame( hash( 'sha256', "$post->post_title\n$post->post_content\n$post->post_excerpt" ), $body['revision'] );
		$this->assertSame( get_permalink( $post ), $body['post_url'] );
		$this->assertSame( $name, get_the_author_meta( 'display_name', $post->post_author ) );
		$this->assertSame( [ [ 'field_refused', '_secret', '' ] ], array_map( function ( $w ) { return [ $w['code'], $w['subject'], $w['part'] ?? '' ]; }, $body['warnings'] ) );

		$categories = wp_get_post_terms( $post->ID, 'category' );
		$this->assertEqualsCanonicalizing( [ "Guides $n", 'Beginners', 'R &amp; D' ], wp_list_pluck( $categories, 'name' ) );
		$this->assertSame( get_term_by( 'name', "Guides $n", 'category' )->term_id, current( wp_list_filter( $categories, [ 'name' => 'Beginners' ] ) )->parent );
		$this->assertEqualsCanonicalizing( [ '2024', 'a, b' ], wp_get_post_terms( $post->ID, 'post_tag', [ 'fields' => 'names' ] ) );
		$this->assertSame( $image['body']['attachment_id'], get_post_thumbnail_id( $post ) );
		$this->assertSame( 'A tree & a house', get_post_meta( $image['body']['attachment_id'], '_wp_attachment_image_alt', true ) );
		$this->assertSame( $post->ID, wp_get_post_parent_id( $second['body']['attachment_id'] ) );
		$meta = [ 'colour' => 'r\\ed', '_secret' => '', '_yoast_wpseo_title' => 'S\\T', '_yoast_wpseo_metadesc' => 'SD', '_yoast_wpseo_focuskw' => 'k1', 'rank_math_title' => 'S\\T', 'rank_math_focus_keyword' => 'k1,k2,k3', '_seopress_titles_desc' => 'SD', '_seopress_analysis_target_kw' => 'k1,k2,k3' ];
		foreach ( $meta as $key => $value ) {
			$this->assertSame( $value, get_post_meta( $post->ID, $key, true ), $key );
		}
		$this->assertSame( 200, wp_remote_retrieve_response_code( wp_remote_get( $body['post_url'] ) ) );
	}

	public function test_the_same_operation_again(): void {
		$payload = $this->payload();
		$first   = Platform::publish( $payload );
		$again   = Platform::publish( $payload );
		$this->assertSame( [ 201, 200 ], [ $first['status'], $again['status'] ] );
		$same = [ 'igny8_frame' => 0, 'igny8_end' => 0, 'replayed' => 0 ];
		$this->assertSame( array_diff_key( $first['body'], $same ), array_intersect_key( array_replace( array_diff_key( $first['body'], $same ), array_diff_key( $again['body'], $same ) ), $first['body'] ) );
		$this->assertTrue( $again['body']['replayed'] );
		$this->assertCount( 1, $this->posts_of( $payload['content_id'] ) );

		$receipt = Platform::ask( 'GET', '/operations/' . $payload['operation_id'] );
		$this->assertSame( [ 200, 'done', $first['body']['post_id'], $first['body']['revision'] ], [ $receipt['status'], $receipt['body']['state'], $receipt['body']['post_id'], $receipt['body']['revision'] ] );
		$unknown = Platform::ask( 'GET', '/operations/' . wp_generate_uuid4() );
		$this->assertSame( [ 404, 'unknown_operation' ], [ $unknown['status'], $unknown['code'] ] );
	}

	public function test_another_operation_and_another_body(): void {
		$payload = $this->payload();
		$first   = Platform::publish( $payload );
		$other   = Platform::publish( [ 'operation_id' => wp_generate_uuid4() ] + $payload );
		$this->assertSame( [ 409, 'already_exists', $first['body']['post_id'], $payload['operation_id'], $first['body']['revision'], 'publish', $first['body']['post_url'] ], [ $other['status'], $other['code'], $other['body']['post_id'], $other['body']['operation_id'], $other['body']['revision'], $other['body']['post_status'], $other['body']['post_url'] ] );

		foreach ( [ [ 'title' => 'Other' ], [ 'content_id' => $payload['content_id'] + 1 ] ] as $change ) {
			$reused = Platform::publish( $change + $payload );
			$this->assertSame( [ 422, 'operation_reused' ], [ $reused['status'], $reused['code'] ] );
		}
		$this->assertSame( [], $this->posts_of( $payload['content_id'] + 1 ) );

		wp_trash_post( $first['body']['post_id'] );
		$trashed = Platform::publish( [ 'operation_id' => wp_generate_uuid4() ] + $payload );
		$this->assertSame( [ 409, 'trash' ], [ $trashed['status'], $trashed['body']['post_status'] ] );
		wp_delete_post( $first['body']['post_id'], true );
		$gone = Platform::publish( [ 'operation_id' => wp_generate_uuid4() ] + $payload );
		$this->assertSame( [ 410, 'gone', $first['body']['post_id'] ], [ $gone['status'], $gone['code'], $gone['body']['post_id'] ] );
		$this->assertSame( [], $this->posts_of( $payload['content_id'] ) );
	}

	public function test_bad_payloads(): void {
		$bad = Platform::publish( [ 'operation_id' => 'x', 'status' => 'trash' ] + $this->payload() );
		$this->assertSame( [ 422, 'invalid_payload', [ 'operation_id', 'status' ] ], [ $bad['status'], $bad['code'], array_column( $bad['body']['errors'], 'field' ) ] );
		foreach ( [ 'application/json', 'text/plain' ] as $type ) {
			$json = Platform::ask( 'POST', '/publish', [], '{"a":', [ 'content-type' => $type ] );
			$this->assertSame( [ 400, 'rest_invalid_json', false ], [ $json['status'], $json['code'], $json['body']['success'] ] );
		}
		$none = Platform::ask( 'GET', '/nothing-here' );
		$this->assertSame( [ 404, 'rest_no_route' ], [ $none['status'], $none['code'] ] );
	}

	public function test_drafts_dates_and_types(): void {
		$draft  = Platform::publish( $this->payload( [ 'status' => 'draft' ] ) )['body'];
		$future = Platform::publish( $this->payload( [ 'date_gmt' => gmdate( 'Y-m-d\TH:i:s\Z', time() + 86400 ) ] ) )['body'];
		$page   = Platform::publish( $this->payload( [ 'post_type' => 'page', 'categories' => [ 'X' ], 'featured_image_url' => 'https://img.test/none.png', 'author' => 'nobody at all' ] ) )['body'];
		$this->assertSame( [ 'draft', 'future', 'publish', 'page' ], [ $draft['post_status'], $future['post_status'], $page['post_status'], get_post_type( $page['post_id'] ) ] );
		$this->assertSame( '0000-00-00 00:00:00', get_post( $draft['post_id'] )->post_date_gmt );
		$this->assertEqualsWithDelta( time(), strtotime( get_post( $page['post_id'] )->post_date_gmt . ' UTC' ), 30 );
		$this->assertEqualsCanonicalizing( [ 'category_unsupported', 'featured_image_missing', 'author_unknown' ], array_column( $page['warnings'], 'code' ) );
	}

	public function test_filtered_html_is_admitted(): void {
		$payload = $this->payload( [ 'content_html' => '<p>x</p><script>y</script>' ] );
		$answer  = $this->with_mu_plugin( 'define( "DISALLOW_UNFILTERED_HTML", true );', function () use ( $payload ) { return Platform::publish( $payload ); } );
		$this->assertSame( '<p>x</p>y', get_post( $answer['body']['post_id'] )->post_content );
		$this->assertSame( [ 'content_filtered' ], array_column( $answer['body']['warnings'], 'code' ) );
	}

	public function steps(): array {
		return [ [ 'claimed' ], [ 'post_inserted' ], [ 'enriched' ], [ 'published_before_reply' ] ];
	}

	/** @dataProvider steps */
	public function test_whatever_dies_there_is_one_post( string $step ): void {
		$payload = $this->payload( [ 'tags' => [ 'crash' ] ] );
		$this->die_at( $step, $payload );
		$left = $this->posts_of( $payload['content_id'] );
		$this->assertCount( 'claimed' === $step ? 0 : 1, $left );

		$early = Platform::publish( $payload );
		$this->assertSame( [ 409, 'in_progress' ], [ $early['status'], $early['code'] ] );
		$this->assertStringContainsStringIgnoringCase( 'Retry-After:', $early['head'] );
		$this->assertSame( 'in_progress', Platform::ask( 'GET', '/operations/' . $payload['operation_id'] )['body']['state'] );

		$this->expire_leases();
		$receipt = Platform::ask( 'GET', '/operations/' . $payload['operation_id'] );
		$this->assertSame( 'published_before_reply' === $step ? 200 : 404, $receipt['status'] );
		$again = Platform::publish( $payload );
		$this->assertSame( 'published_before_reply' === $step ? 200 : 201, $again['status'], $again['raw'] );
		$posts = $this->posts_of( $payload['content_id'] );
		$this->assertSame( [ $again['body']['post_id'] ], $posts );
		$this->assertSame( $left ? $left : $posts, $posts );
		$this->assertSame( [ 'publish', $payload['title'] ], [ get_post( $posts[0] )->post_status, get_post( $posts[0] )->post_title ] );
		$this->assertSame( [ 'crash' ], wp_get_post_terms( $posts[0], 'post_tag', [ 'fields' => 'names' ] ) );
		$this->assertSame( 200, Platform::publish( $payload )['status'] );
	}

	/** @dataProvider steps */
	public function test_another_operation_after_a_crash( string $step ): void {
		$payload = $this->payload();
		$this->die_at( $step, $payload );
		$this->expire_leases();
		$other = Platform::publish( [ 'operation_id' => $id = wp_generate_uuid4(), 'content_html' => '<p>second</p>' ] + $payload );
		$this->assertCount( 1, $posts = $this->posts_of( $payload['content_id'] ) );
		if ( 'published_before_reply' === $step ) {
			$this->assertSame( [ 409, 'already_exists', $payload['operation_id'] ], [ $other['status'], $other['code'], $other['body']['operation_id'] ] );
			return;
		}
		$this->assertSame( [ 201, '<p>second</p>' ], [ $other['status'], get_post( $posts[0] )->post_content ] );
		$this->assertSame( 404, Platform::ask( 'GET', '/operations/' . $payload['operation_id'] )['status'] );
		$this->assertSame( 409, Platform::publish( $payload )['status'] );
	}

	public function test_the_marker_alone_finds_a_post(): void {
		global $wpdb;
		$payload = $this->payload();
		$this->die_at( 'post_inserted', $payload );
		$wpdb->update( Storage\table( 'contents' ), [ 'post_id' => 0 ], [ 'content_id' => $payload['content_id'] ] );
		$this->expire_leases();
		$left = $this->posts_of( $payload['content_id'] );
		$this->assertSame( $left, [ Platform::publish( $payload )['body']['post_id'] ] );
	}

	public function test_who_lost_the_lease_reserves_nothing(): void {
		global $wpdb;
		$payload = $this->payload();
		$owner   = Storage\new_owner();
		$this->assertTrue( Publishing\claim_content( $payload['content_id'], $owner ) );
		$this->assertFalse( Publishing\claim_content( $payload['content_id'], Storage\new_owner() ) );
		$this->expire_leases();
		$this->assertTrue( Publishing\claim_content( $payload['content_id'], Storage\new_owner() ) );
		$this->assertSame( 0, Publishing\reserve_post( [ 'post_type' => 'post' ] + $payload, $owner ) );
		$this->assertSame( [], $this->posts_of( $payload['content_id'] ) );
	}

	public function test_six_at_once(): void {
		for ( $round = 0; $round < 8; $round++ ) {
			$payload = $this->payload();
			$answers = Platform::race( $round % 2 ? array_fill( 0, 6, $payload ) : array_map( function () use ( $payload ) { return [ 'operation_id' => wp_generate_uuid4() ] + $payload; }, range( 1, 6 ) ) );
			$count   = array_count_values( array_column( $answers, 'status' ) );
			$this->assertSame( 1, $count[201] ?? 0, wp_json_encode( $count ) );
			$this->assertNotContains( $round % 2 ? 'already_exists' : '', $round % 2 ? array_column( $answers, 'code' ) : [] );
			$this->assertSame( 6, ( $count[201] ?? 0 ) + ( $count[200] ?? 0 ) + ( $count[409] ?? 0 ), wp_json_encode( $count ) );
			$this->assertCount( 1, $this->posts_of( $payload['content_id'] ) );
		}
	}

	public function test_a_plugin_that_fails_in_a_hook(): void {
		$payload = $this->payload();
		$late    = 'add_action( "save_post", function () { throw new Exception( "too bad" ); } );';
		$answer  = $this->with_mu_plugin( $late, function () use ( $payload ) { return Platform::publish( $payload ); } );
		$this->assertSame( [ 201, [ 'hook_failed' ] ], [ $answer['status'], array_column( $answer['body']['warnings'], 'code' ) ] );

		$payload = $this->payload();
		$early   = 'add_filter( "wp_insert_post_data", function ( $d ) { throw new Exception( "no" ); } );';
		$answer  = $this->with_mu_plugin( $early, function () use ( $payload ) { return Platform::publish( $payload ); } );
		$this->assertSame( [ 500, 'insert_failed', [] ], [ $answer['status'], $answer['code'], $this->posts_of( $payload['content_id'] ) ] );
		$this->assertSame( 404, Platform::ask( 'GET', '/operations/' . $payload['operation_id'] )['status'] );
		$this->assertSame( 201, Platform::publish( $payload )['status'] );
	}

	public function test_noise_of_other_plugins(): void {
		$noise = 'echo "<b>Warning</b>: {\"igny8_frame\":\"x\""; foreach ( [ "init", "rest_api_init", "save_post", "shutdown" ] as $h ) { add_action( $h, function () { echo "<br>Notice: } noise {"; } ); }';
		$this->with_mu_plugin( $noise, function () {
			$answer = Platform::publish( $this->payload() );
			$this->assertSame( 'publish', $answer['body']['post_status'], $answer['raw'] );
			$this->assertTrue( Platform::ask( 'GET', '/status' )['body']['success'] );
		} );
		$later = 'foreach ( [ "init", "rest_api_init", "save_post", "shutdown" ] as $h ) { add_action( $h, function () { echo "<br>Notice: } noise {", str_repeat( "x", 9000 ); } ); }';
		$this->with_mu_plugin( $later, function () {
			$answer = Platform::publish( $this->payload() );
			$this->assertSame( 201, $answer['status'] );
			$this->assertSame( $answer['body'], json_decode( $answer['raw'], true ), 'Noise after this plugin is loaded is left out altogether.' );
		} );
	}

	public function test_plain_permalinks(): void {
		$before = get_option( 'permalink_structure' );
		update_option( 'permalink_structure', '' );
		try {
			$answer = Platform::publish( $this->payload() );
			$image  = $this->upload( $this->image(), [ 'alt' => 'Grüße & mehr', 'source_url' => 'https://img.test/a b.png?x=1&y=2' ] );
		} finally {
			update_option( 'permalink_structure', $before );
		}
		$this->assertSame( [ 201, 201 ], [ $answer['status'], $image['status'] ], $answer['raw'] . $image['raw'] );
	}
}
